"""Who is in use: the model that was chosen, and where that one cannot be, another one, with a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.versions import registry
from core.versions.active import (
    RECOGNISER,
    TUTOR,
    VARIABLES,
    VOICE,
    ModelChoice,
    active,
    check,
    chosen_name,
    fingerprint,
    is_starter,
    load_recogniser,
    load_tutor,
    load_voice,
    named,
    of_version,
)
from models.catalog import starter
from models.device import Device
from models.errors import ModelError
from models.whisper.recogniser import WhisperRecogniser
from store import versions
from store.database import Store
from store.reasons import DATABASE
from tests import learner_store as makings
from tests import starters
from trainer.contract.folder import DEPLOYED, WEIGHTS

DEVICE = Device("cpu", 1, "asked for by a test")
STARTER = "starter-ear"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    with Store.open(tmp_path) as store:
        yield store


def promoted_versions(store: Store, count: int) -> list[Path]:
    """So many versions, each promoted after the other; the folders that are loaded."""
    for number in range(1, count + 1):
        made = makings.version(store)
        assert made.name == f"v{number}"
        with pytest.MonkeyPatch.context() as patch:  # a trial takes a second, and these are whole
            patch.setattr(registry, "try_out", check)
            registry.promote(store, made.name)
    return [store.folder / "runs" / f"{n:04d}" / "version" / DEPLOYED for n in range(1, count + 1)]


def listening(store: Store, name: str | None = None) -> tuple[str, list[str]]:
    """Who listens, and what was said about it."""
    warnings: list[str] = []
    loaded = load_recogniser(store.folder, name, DEVICE, warnings.append)
    assert isinstance(loaded, WhisperRecogniser)
    return loaded.name, warnings


def damage(folder: Path) -> None:
    body = bytearray((folder / WEIGHTS).read_bytes())
    body[len(body) // 2] ^= 1
    (folder / WEIGHTS).write_bytes(body)


# --- who listens ----------------------------------------------------------------------------------


def test_before_there_is_anything_the_starter_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    assert load_recogniser(tmp_path / "nothing yet", device=DEVICE).name == STARTER
    assert not (tmp_path / "nothing yet").exists()


def test_the_active_version_listens(store: Store) -> None:
    assert listening(store) == (STARTER, []) and chosen_name(store, RECOGNISER) == STARTER
    promoted_versions(store, 2)
    assert listening(store) == ("v2", []) and chosen_name(store, RECOGNISER) == "v2"


def test_one_that_was_asked_for_by_name_listens(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    promoted_versions(store, 2)
    assert listening(store, "v1") == ("v1", [])
    assert listening(store, STARTER) == (STARTER, [])
    monkeypatch.setenv("TERTULIA_RECOGNISER", " v1 ")
    assert listening(store) == ("v1", []) and chosen_name(store, RECOGNISER) == "v1"
    assert listening(store, "v2") == ("v2", [])


def test_the_environment_may_name_a_folder(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    promoted_versions(store, 1)
    shutil.copytree(makings.DEPLOYED, tmp_path / "mío")
    monkeypatch.setenv("TERTULIA_RECOGNISER", str(tmp_path / "mío"))
    assert listening(store) == ("mío", []) and chosen_name(store, RECOGNISER) == "mío"


# --- who cannot -----------------------------------------------------------------------------------


def test_where_the_active_one_is_damaged_the_one_before_listens(store: Store) -> None:
    _, second = promoted_versions(store, 2)
    damage(second)
    name, [sentence] = listening(store)
    assert name == "v1"
    assert sentence.startswith(f"The recogniser v2 in {second} is damaged (wrong checksum): choose another version")
    assert sentence.endswith(" Until then the one before it listens.")
    assert chosen_name(store, RECOGNISER) == "v2", "nobody chose another one"


def test_where_all_are_gone_the_starter_listens(store: Store) -> None:
    first, second = promoted_versions(store, 2)
    shutil.rmtree(first)
    (second / "config.json").unlink()
    name, warnings = listening(store)
    assert name == STARTER
    assert ["v2" in warnings[0], "v1" in warnings[1], len(warnings)] == [True, True, 2]


def test_files_that_are_whole_and_cannot_be_loaded_are_told_too(store: Store) -> None:
    [first] = promoted_versions(store, 1)
    (first / "tokenizer.json").write_text("{}")
    name, [sentence] = listening(store)
    assert name == STARTER and "v1" in sentence


def test_one_that_was_rolled_back_from_is_not_fallen_back_to(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = promoted_versions(store, 2)
    monkeypatch.setattr(registry, "try_out", check)
    registry.rollback(store)
    damage(first)
    assert listening(store)[0] == STARTER


def test_what_was_asked_for_by_name_is_that_or_an_error(store: Store) -> None:
    first, _ = promoted_versions(store, 2)
    damage(first)
    with pytest.raises(ModelError, match=r"v1 .* is damaged"):
        load_recogniser(store.folder, "v1", DEVICE)
    with pytest.raises(ModelError, match="no recogniser called 'v9'"):
        load_recogniser(store.folder, "v9", DEVICE)
    assert listening(store) == ("v2", [])
    registry.promote(store, STARTER)
    registry.delete(store, "v1")
    with pytest.raises(ModelError, match="v1 was deleted: choose another one of `tertulia versions`"):
        load_recogniser(store.folder, "v1", DEVICE)


def test_a_bad_name_in_the_environment_is_an_error_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERTULIA_RECOGNISER", os.fsdecode(b"v\xff"))
    with pytest.raises(ModelError, match=r"no recogniser called .*named by TERTULIA_RECOGNISER"):
        load_recogniser(store.folder, device=DEVICE)
    monkeypatch.setenv("TERTULIA_RECOGNISER", "/nowhere/at/all")
    with pytest.raises(ModelError, match="no recogniser at /nowhere/at/all"):
        load_recogniser(store.folder, device=DEVICE)


def test_a_database_that_cannot_be_read_leaves_the_starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERTULIA_RECOGNISER", raising=False)
    (tmp_path / DATABASE).write_bytes(b"This was never a database, however long one looks at it. " * 40)
    warnings: list[str] = []
    assert load_recogniser(tmp_path, None, DEVICE, warnings.append).name == STARTER
    [sentence] = warnings
    assert sentence.endswith(" Until then the starter listens.")
    assert load_recogniser(tmp_path, STARTER, DEVICE).name == STARTER


# --- names ---------------------------------------------------------------------------------------


def test_a_version_is_named_with_the_checksum_that_it_was_made_with(store: Store) -> None:
    [folder] = promoted_versions(store, 1)
    found = named(store.folder, RECOGNISER, "v1")
    assert found == of_version(store.folder, registry.find(store, "v1"))
    assert found.name == "v1" and found.entry.path == folder == check(found)
    assert found.sha256 == fingerprint(folder)
    assert named(store.folder, RECOGNISER, STARTER).entry == starter(RECOGNISER)
    assert is_starter(RECOGNISER, STARTER) and not is_starter(RECOGNISER, "v1")


def test_weights_that_cannot_be_read_are_told_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"model\.bin cannot be read \(No such file or directory\): choose another"
    ):
        fingerprint(tmp_path)


def test_loading_never_touches_the_network() -> None:
    code = (
        "import socket\n"
        "def refuse(*args, **options): raise AssertionError('a socket was opened')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from pathlib import Path\n"
        "from core.versions.active import load_recogniser, load_voice\n"
        "load_recogniser(Path('/nowhere'), 'starter-ear')\n"
        "list(load_voice(Path('/nowhere'), 'starter-voice').speak('Hola.'))\n"
        "import huggingface_hub.constants as hub; assert hub.HF_HUB_OFFLINE\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


# --- the other parts ------------------------------------------------------------------------------


def test_tutor_and_voice_are_chosen_as_the_recogniser_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    data = store.folder
    for part in (TUTOR, VOICE):
        assert active(data, part) == ModelChoice(starter(part), data=data)
    (data / "models" / "tutor").mkdir(parents=True)
    mine = Path(shutil.copy(starters.path("tutor"), data / "models" / "tutor" / "mine.gguf"))
    assert load_tutor(data, "mine", DEVICE).name == "mine"
    versions.promote(store, versions.add_version(store, TUTOR, "mine", str(mine), "", {}), "a test")
    assert active(data, TUTOR).path == mine and chosen_name(store, TUTOR) == "mine"
    assert active(data, RECOGNISER).name == STARTER
    mine.unlink()
    warnings: list[str] = []
    assert active(data, TUTOR, warn=warnings.append).name == "starter-tutor"
    [sentence] = warnings
    assert "'mine'" in sentence and sentence.endswith("Until then the one before it answers.")


def test_the_environment_names_a_tutor_or_a_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLES[VOICE], str(starters.path("voice")))
    assert load_voice(tmp_path).name == starters.path("voice").stem
    assert load_voice(tmp_path, "starter-voice").name == "starter-voice"
    monkeypatch.setenv(VARIABLES[TUTOR], "gpt-17")
    with pytest.raises(
        ModelError, match=r"called 'gpt-17' \(named by TERTULIA_TUTOR\): choose .*starter-tutor.* put it into "
    ):
        active(tmp_path, TUTOR)
