"""Bases: what a name names, what is looked for without one, and what is said where it cannot be trained."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.runs.bases import Base, resolve
from core.runs.errors import TrainingRefused
from core.versions import registry
from models.catalog import STARTER
from store import versions
from store.database import Store
from tests import learner_store as makings
from trainer.contract.folder import TRAINABLE
from trainer.contract.job import BASE_FILES

BASE = STARTER / "recogniser"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    with Store.open(tmp_path / "data") as store:
        yield store


def whisper(folder: Path, **config: Any) -> Path:
    """A Whisper in Hugging Face format, but for its weights, which nobody reads here."""
    folder.mkdir(parents=True)
    for name in BASE_FILES:
        shutil.copy(BASE / name, folder)
    (folder / "config.json").write_text(json.dumps({**json.loads((BASE / "config.json").read_text()), **config}))
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def deployed(folder: Path) -> Path:
    """The form that listens."""
    shutil.copytree(STARTER / "recogniser-ct2", folder)
    return folder


# --- without a wish -------------------------------------------------------------------------------


def test_in_the_beginning_it_is_the_starter(store: Store) -> None:
    assert resolve(store) == Base("starter-ear", BASE, None)


def test_a_version_that_listens_is_trained_anew_from_what_it_was_made_of(store: Store) -> None:
    makings.version(store)
    registry.promote(store, "v1")
    found = resolve(store)
    assert (found.name, found.folder) == ("starter-ear", BASE)
    assert found.version == registry.find(store, "starter-ear").id


def test_an_ear_that_the_environment_names_counts(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(tmp_path / "mine-ct2")
    monkeypatch.setenv("TERTULIA_RECOGNISER", str(tmp_path / "mine-ct2"))
    with pytest.raises(TrainingRefused, match=r"mine-ct2 lacks generation_config\.json"):
        resolve(store)
    mine = whisper(tmp_path / "mine")
    assert resolve(store).folder == mine


def derived(store: Store, base: int, folder: Path | None = None) -> versions.ModelVersion:
    """A version that was trained from another one, in a run of its own."""
    run = makings.finished_run(store)
    store.execute("UPDATE runs SET base_id = ? WHERE id = ?", (base, run.id))
    [made] = registry.settle(store)
    return made


def test_what_came_from_a_folder_leads_back_to_it_though_its_ancestors_are_deleted(
    store: Store, tmp_path: Path
) -> None:
    folder = whisper(tmp_path / "whisper")
    run = makings.finished_run(store)
    (run.folder / "job.json").write_text(json.dumps({"version": 1, "base": str(folder)}))
    [first] = registry.settle(store)
    assert first.base is None
    second = derived(store, first.id)
    third = derived(store, second.id)
    registry.promote(store, third.name)
    assert resolve(store).folder == folder
    registry.delete(store, first.name)
    assert resolve(store).folder == folder
    (run.folder / "job.json").write_bytes(b"[" * 100_000)
    with pytest.raises(TrainingRefused, match=f"version {first.name} was deleted: choose another base"):
        resolve(store)


# --- by name --------------------------------------------------------------------------------------


def test_a_version_goes_on_from_its_own_weights(store: Store) -> None:
    made = makings.version(store)
    found = resolve(store, "v1")
    assert found == Base("v1", store.folder / made.folder / TRAINABLE, made.id)
    registry.delete(store, "v1")
    with pytest.raises(TrainingRefused, match="version v1 was deleted: choose another base"):
        resolve(store, "v1")


def test_the_starter_by_its_name(store: Store) -> None:
    assert resolve(store, " starter-ear ").folder == BASE


def test_a_folder_and_the_one_beside_it(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = whisper(tmp_path / "mío")
    assert resolve(store, str(folder)) == Base("mío", folder, None)
    assert resolve(store, str(deployed(tmp_path / "mío-ct2"))).folder == folder
    monkeypatch.chdir(tmp_path)
    found = resolve(store, "mío")
    assert found.folder == folder and found.folder.is_absolute()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve(store, "~/mío").folder == folder


def test_a_hub_name_is_one_that_lies_in_the_cache(store: Store, tmp_path: Path) -> None:
    with pytest.raises(
        TrainingRefused, match=r"“openai/whisper-base” is a name on the Hugging Face hub.*no.* fetched"
    ):
        resolve(store, "openai/whisper-base")
    snapshots = tmp_path / "hub" / "models--openai--whisper-base" / "snapshots"
    older, newer = whisper(snapshots / "b"), whisper(snapshots / "a")
    torn = snapshots / "c"
    torn.mkdir()
    for seconds, path in ((100, older), (200, newer), (300, torn)):
        os.utime(path, (seconds, seconds))
    assert resolve(store, "openai/whisper-base") == Base("whisper-base", newer, None)


def test_a_model_of_the_catalog_is_trained_from_its_original(store: Store, tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match="whisper-small is not on this machine: fetch it with"):
        resolve(store, "whisper-small")
    models = store.folder / "models" / "recogniser"
    deployed(models / "whisper-small")
    with pytest.raises(TrainingRefused, match="only in the form that listens") as refused:
        resolve(store, "whisper-small")
    place = models / "whisper-small-hf"
    assert "https://huggingface.co/openai/whisper-small" in str(refused.value) and str(place) in str(refused.value)
    cached = whisper(tmp_path / "hub" / "models--openai--whisper-small" / "snapshots" / "a")
    assert resolve(store, "whisper-small").folder == cached
    whisper(place)
    assert resolve(store, "whisper-small").folder == place


def test_a_model_of_this_machine_needs_the_form_that_learns(store: Store) -> None:
    models = store.folder / "models" / "recogniser"
    deployed(models / "vecina")
    with pytest.raises(TrainingRefused, match=r"vecina is here only in the form that listens.*vecina-hf"):
        resolve(store, "vecina")
    assert resolve(store, str(whisper(models / "vecina-hf"))).folder == models / "vecina-hf"
    assert resolve(store, "vecina").folder == models / "vecina-hf"


@pytest.mark.parametrize(
    "name",
    [
        "nobody",
        "~nobody-of-this-machine/there",
        "\x00",
        "a/b/c",
        "[b]",
        "ñ" * 300,
        "/" + "n" * 300,
        "\udcff",
        "a\udcff/b",
    ],
)
def test_what_nobody_knows_is_refused(store: Store, name: str) -> None:
    with pytest.raises(TrainingRefused):
        resolve(store, name)


# --- folders that cannot be trained ---------------------------------------------------------------


@pytest.mark.parametrize("name", [*BASE_FILES, "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_refused_by_its_name(store: Store, tmp_path: Path, name: str) -> None:
    folder = whisper(tmp_path / "base")
    (folder / name).unlink()
    with pytest.raises(TrainingRefused, match=f"base lacks {name}: put the whole folder"):
        resolve(store, str(folder))


def test_a_path_that_is_not_there_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match=r"There is no base at .*/gone: check the path"):
        resolve(store, str(tmp_path / "gone"))


@pytest.mark.parametrize(
    "text",
    ["", "[]", '"whisper"', "\xff", '{"model_type": "bert"}', '{"model_type": "whisper"}', "[" * 100_000,
     '{"model_type": "whisper", "d_model": "wide"}',
     '{"model_type": "whisper", "d_model": Infinity, "encoder_layers": 1, "encoder_ffn_dim": 1, '
     '"decoder_layers": 1, "decoder_ffn_dim": 1, "vocab_size": 1}'],
)  # fmt: skip
def test_what_is_no_whisper_is_refused(store: Store, tmp_path: Path, text: str) -> None:
    folder = whisper(tmp_path / "base")
    (folder / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(TrainingRefused, match="base is no Whisper: choose another base"):
        resolve(store, str(folder))


# --- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "layers", "millions"), [(384, 4, 37.8), (512, 6, 72.6), (768, 12, 241.7), (1024, 24, 763.9)]
)
def test_its_size_is_about_what_is_published(tmp_path: Path, width: int, layers: int, millions: float) -> None:
    config = {"d_model": width, "vocab_size": 51_865, "max_target_positions": 448}
    for half in ("encoder", "decoder"):
        config.update({f"{half}_layers": layers, f"{half}_ffn_dim": 4 * width})
    base = Base("whisper", whisper(tmp_path / "whisper", **config), None)
    assert base.parameters / 1e6 == pytest.approx(millions, rel=0.04)
    assert not base.small and base.positions == 448


def test_the_starter_is_small() -> None:
    base = Base("starter-ear", BASE, None)
    assert base.small and base.bytes == (BASE / "model.safetensors").stat().st_size
    assert base.parameters == pytest.approx(base.bytes / 2, rel=0.2), "16 bits each"
