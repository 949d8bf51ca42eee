"""What a person removes goes, and nothing else; what is in use is there at any time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.own_models.adding import add
from core.own_models.choosing import choose
from core.own_models.removing import part_of, remove
from core.versions.active import RECOGNISER, TUTOR, VOICE, active, load_tutor
from models.catalog import entries
from models.errors import ModelError
from store.database import Store
from store.versions import add_version
from tests import starters
from tests.core.own_models.own_models import recogniser, tree, tutor, voice


def test_of_a_link_only_the_link_goes(data: Path, tmp_path: Path) -> None:
    tutor_file, folder = tutor(tmp_path / "in"), recogniser(tmp_path / "mine")
    add(data, tutor_file)
    add(data, folder)
    assert remove(data, TUTOR, "mine").linked == (tutor_file,)
    assert remove(data, RECOGNISER, "mine").linked == (folder,)
    assert not tree(data) and tutor_file.is_file() and (folder / "model.bin").is_file()


def test_of_a_copy_the_files_go(data: Path, tmp_path: Path) -> None:
    add(data, recogniser(tmp_path / "mine"), copy=True)
    gone = remove(data, RECOGNISER, "mine")
    assert (gone.name, gone.linked, gone.now) == ("mine", (), "") and not tree(data)
    assert not list((data / "models" / "recogniser").iterdir())


def test_a_link_to_what_is_gone_is_told_and_can_be_removed(data: Path, tmp_path: Path) -> None:
    add(data, voice(tmp_path / "in"))
    choose(data, VOICE, "mine")
    shutil.rmtree(tmp_path / "in")
    said = []
    entries(data / "models", lambda left: said.append(str(left.why)))
    assert len(said) == 1 and "is a link to what is not there any more: put it back there, or give it up" in said[0]
    with pytest.raises(ModelError, match=r"mine is in use \(it speaks\)"):
        remove(data, part_of(data, "mine"), "mine")
    assert remove(data, part_of(data, "mine"), "mine", force=True).now == "starter-voice"
    assert not tree(data) and active(data, VOICE).name == "starter-voice"


def test_links_that_lead_to_each_other_can_be_removed(data: Path) -> None:
    voices = data / "models" / "voice"
    voices.mkdir(parents=True)
    (voices / "one").symlink_to(voices / "other")
    (voices / "other").symlink_to(voices / "one")
    for name in ("one", "other"):
        assert remove(data, part_of(data, name), name).linked
    assert not list(voices.iterdir())


def test_files_that_a_person_put_there_themselves(data: Path) -> None:
    folder = data / "models" / "voice"
    voice(folder, "loose")
    voice(folder, "other")
    together = voice(data / "models" / "voice" / "mine", "mine")
    (together.parent / "MODEL_CARD").write_text("A voice.")
    two = [tutor(data / "models" / "tutor" / "both", name) for name in ("a.gguf", "b.gguf")]
    remove(data, VOICE, "loose")
    remove(data, VOICE, "mine")
    remove(data, TUTOR, "a")
    assert set(tree(data)) == {"voice/other.onnx", "voice/other.onnx.json", "tutor/both/b.gguf"}
    assert two[1].is_file()


def test_what_is_in_use_goes_by_force_alone_and_the_one_before_takes_its_place(data: Path, tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        add(data, tutor(tmp_path / name, f"{name}.gguf"), copy=True)
        choose(data, TUTOR, name)
    with pytest.raises(
        ModelError, match=r"third is in use \(it answers\): choose another one first, or remove it with"
    ):
        remove(data, TUTOR, "third")
    assert active(data, TUTOR).name == "third"
    remove(data, TUTOR, "second")
    assert remove(data, TUTOR, "third", force=True).now == "first"
    assert load_tutor(data).name == "first"
    assert remove(data, TUTOR, "first", force=True).now == "starter-tutor"
    assert load_tutor(data).name == "starter-tutor" and not tree(data)


def test_the_recogniser_in_use_goes_the_same_way(data: Path, tmp_path: Path) -> None:
    add(data, recogniser(tmp_path / "mine"))
    choose(data, RECOGNISER, "mine")
    assert remove(data, RECOGNISER, "mine", force=True).now == "starter-ear"
    assert active(data, RECOGNISER).name == "starter-ear"


def test_what_is_not_the_persons_own_stays(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tmp_path / "hub" / "models--somebody--mine" / "snapshots" / "abc"
    shutil.copytree(starters.path("recogniser"), snapshot)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    with Store.open(data) as store:
        run = store.insert(
            "runs", status="finished", folder="runs/0001", started_at="2026-01-01T00:00:00.000+00:00"
        )
        add_version(store, RECOGNISER, "v1", "runs/0001/version", "aa", {}, run=run)
    for name, sentence in [
        ("starter-ear", "starter-ear is built in and always there"),
        ("mine", "mine is not in your models folder but in .*: remove it with the program that fetched it"),
        ("v1", "v1 was made by a run: delete it on the Train screen"),
        ("whisper-small", "whisper-small is not on this machine"),
        ("nothing", "There is no recogniser called 'nothing'"),
        ("../../x", "There is no recogniser called"),
        ("..", "There is no recogniser called"),
        ("", "There is no recogniser called"),
        (".lock", "There is no recogniser called"),
    ]:
        with pytest.raises(ModelError, match=sentence):
            remove(data, RECOGNISER, name, force=True)
    assert snapshot.is_dir()


def test_what_a_killed_process_left_is_swept_by_the_next(data: Path, tmp_path: Path) -> None:
    left = data / "models" / "tutor" / ".mine.0badc0de.part"
    tutor(left)
    assert not [entry for entry in entries(data / "models") if entry.installed and not entry.starter]
    add(data, tutor(tmp_path / "in"))
    assert not left.exists() and len(tree(data)) == 1


def test_nothing_is_swept_behind_a_link(data: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine" / ".letters.0badc0de.part"
    own.mkdir(parents=True)
    (data / "models").mkdir(parents=True)
    (data / "models" / "voice").symlink_to(tmp_path / "mine")
    with pytest.raises(ModelError, match="leads out"):
        add(data, tutor(tmp_path / "in"))
    assert own.exists()


def test_nothing_is_removed_behind_a_link_that_leads_out(data: Path, tmp_path: Path) -> None:
    theirs = recogniser(tmp_path / "elsewhere" / "theirs")
    (data / "models").mkdir(parents=True, exist_ok=True)
    (data / "models" / "recogniser").symlink_to(theirs.parent)
    with pytest.raises(ModelError, match="leads out"):
        remove(data, RECOGNISER, "theirs")
    assert (theirs / "model.bin").is_file()
