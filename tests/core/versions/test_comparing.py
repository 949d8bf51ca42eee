"""Two recognisers on the same held-out clips: real speech, real models, and what was heard once is stored."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from core.processes.events import Event, Failed, Progress, decode_event
from core.runs.errors import TrainingRefused
from core.versions.compare import CACHE, Comparison, compared, evaluated
from models.catalog import STARTER
from models.errors import ModelError
from models.evaluation.evaluate import change
from store.database import Store
from store.errors import StoreError
from store.segments.splits import set_split
from tests.patience import PATIENCE
from tests.tui.train_driver import heard, spoken_corrections

OTHER = "other"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner with six corrected sentences, and a second recogniser that hears in short windows."""
    data = tmp_path_factory.mktemp("data")
    spoken_corrections(data, test=4, dev=2)
    folder = data / "models" / "recogniser" / OTHER
    shutil.copytree(STARTER / "recogniser-ct2", folder)
    (folder / "windows.json").write_text('{"v": 1, "margin": 1.0}')
    return data


def test_both_hear_the_same_clips_once(folder: Path) -> None:
    progress: list[tuple[str, str, int, int]] = []
    with Store.open(folder) as store:
        first = compared(store, "starter-ear", OTHER, on_progress=lambda *what: progress.append(what))
        assert {(model, part) for model, part, _, _ in progress} >= {("starter-ear", "test"), (OTHER, "silence")}
        assert progress[-1][2] == progress[-1][3]

        progress.clear()
        again = compared(store, "starter-ear", OTHER, on_progress=lambda *what: progress.append(what))
        assert progress == [("starter-ear", "test", 4, 4), (OTHER, "test", 4, 4)], "it was stored"
    assert again == first and Comparison.from_json(json.loads(json.dumps(first.as_json()))) == first
    assert first.first.model == "starter-ear" and first.second.model == OTHER and first.split == "test"
    assert [clip.reference for clip in first.first.sets["test"]] == [c.reference for c in first.second.sets["test"]]
    assert len(first.spans) == 4 and all(span.end > span.start for span in first.spans)
    assert first.change.low <= first.change.value <= first.change.high
    assert len(list((folder / CACHE).iterdir())) == 2


def test_without_a_test_the_dev_split_is_compared_on(folder: Path, tmp_path: Path) -> None:
    spoken_corrections(tmp_path, test=0, dev=2)
    with Store.open(tmp_path) as store:
        found = compared(store, "starter-ear", "starter-ear")
        assert found.split == "dev" and found.change.value == 0
        with pytest.raises(TrainingRefused, match="in the split test"):
            evaluated(store)
        with pytest.raises(TrainingRefused, match="is no split"):
            evaluated(store, split="prueba")
        set_split(store, [1, 2], "train")
        with pytest.raises(TrainingRefused, match="held out"):
            compared(store, "starter-ear", "starter-ear")


def test_the_ear_that_listens_is_evaluated_where_none_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(folder) as store:
        found = evaluated(store)
        assert found.model == "starter-ear" and found.wer("test").words > 10
        monkeypatch.setenv("TERTULIA_RECOGNISER", OTHER)
        assert evaluated(store).model == OTHER
        with pytest.raises(ModelError, match="no recogniser called 'v9'"):
            evaluated(store, "v9")


def test_clips_of_a_table_are_heard(folder: Path, tmp_path: Path) -> None:
    with Store.open(folder) as store:
        own = evaluated(store)
    said = [clip.reference for clip in own.sets["test"]]
    write_wav(tmp_path / "uno.wav", folder, 0)
    write_wav(tmp_path / "dos.wav", folder, 1)
    table = tmp_path / "clips.csv"
    table.write_text(f'audio,text\nuno.wav,"{said[0]}"\ndos.wav,"{said[1]}"\ndos.wav,\n', encoding="utf-8")
    with Store.open(folder) as store:
        found = evaluated(store, manifest=table)
        assert [clip.heard for clip in found.sets["test"]] == [clip.heard for clip in own.sets["test"][:2]]
        assert found.wer("test").blocks == 2

        table.write_text("audio,text\nuno.wav,\n", encoding="utf-8")
        with pytest.raises(TrainingRefused, match="no row with a text"):
            evaluated(store, manifest=table)
        table.write_text("audio,text\ntres.wav,Hola\n", encoding="utf-8")
        with pytest.raises(TrainingRefused, match=r"row 2.*tres\.wav"):
            evaluated(store, manifest=table)
        with pytest.raises(StoreError):
            evaluated(store, manifest=tmp_path / "nothing.csv")
        (tmp_path / "clips.parquet").write_bytes(b"PAR1")
        with pytest.raises(TrainingRefused, match="holds its audio inside: import it"):
            evaluated(store, manifest=tmp_path / "clips.parquet")


def test_the_process_prints_how_far_it_is_and_then_the_comparison(folder: Path) -> None:
    def run(*arguments: str) -> tuple[int, str, list[Event | None]]:
        command = [sys.executable, "-P", "-m", "core.versions.compare", str(folder), *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return ran.returncode, ran.stdout, [decode_event(line) for line in ran.stderr.splitlines()]

    code, printed, events = run("starter-ear", OTHER)
    assert code == 0 and events and all(isinstance(event, Progress) for event in events)
    assert Comparison.from_json(json.loads(printed)).second.model == OTHER
    code, printed, [event] = run("starter-ear", "v9")
    assert code == 1 and not printed and isinstance(event, Failed) and "v9" in event.what


def test_a_difference_says_how_sure_it_is() -> None:
    better = change(heard("test", 3, 10), heard("test", 12, 10))
    assert better.low < better.value < better.high < 0 and better.blocks == 10
    alone = change(heard("test", 3, 1), heard("test", 12, 1))
    assert alone.value < 0 < alone.high, "one recording proves nothing"
    with pytest.raises(ModelError, match="damaged"):
        Comparison.from_json({"first": 1})


def write_wav(path: Path, folder: Path, place: int) -> None:
    """A test clip of the store as a file."""
    from store.audio.folder import AudioFolder, pcm16

    with Store.open(folder) as store:
        row = store.execute(
            "SELECT sha256 FROM segments s JOIN recordings r ON r.id = recording_id WHERE split = 'test' "
            "ORDER BY s.recording_id LIMIT 1 OFFSET ?", (place,),
        )[0]  # fmt: skip
        samples = np.asarray(pcm16(AudioFolder(folder).get(row["sha256"])))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
