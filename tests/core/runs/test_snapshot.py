"""What a run would learn from: all that is corrected and fit for it, with its words' times and its own split."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs.errors import TrainingRefused
from core.runs.snapshot import RunChoice, Snapshot, snapshot
from models import catalog
from models.whisper.windows import Windows
from store.audio.folder import AudioFolder
from store.database import Store
from store.segments.annotations import put_alignment
from store.segments.splits import set_split
from store.segments.table import add_hypothesis
from tests.core.runs import training_store
from tests.store.corrections import add_correction
from trainer.contract.clips import Clip, ClipWord, line_of, read_manifest
from trainer.contract.job import job_from
from trainer.labels import Labels
from trainer.manifest import check_audio, check_clips
from trainer.starter.recogniser.evaluation import sentences_of
from trainer.synthesis.espeak import Espeak


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken") / "data"
    training_store.learner(folder)
    return folder


@pytest.fixture
def store(spoken: Path, tmp_path: Path) -> Iterator[Store]:
    """Twenty corrected sentences of ten sittings, which are in no split yet."""
    shutil.copytree(spoken, tmp_path / "data")
    with Store.open(tmp_path / "data") as store:
        yield store


def splits(store: Store) -> dict[int, str]:
    return {row["id"]: row["split"] for row in store.execute("SELECT id, split FROM segments")}


def row_of(shot: Snapshot, store: Store, segment: int) -> Clip:
    [row] = store.execute(
        "SELECT sha256 FROM segments JOIN recordings ON recordings.id = recording_id WHERE segments.id = ?",
        (segment,),
    )
    return next(line for line in shot.rows if line.sha256 == row["sha256"])


def correct(store: Store, segment: int, text: str) -> None:
    add_correction(store, segment, "ana", "correct", None, text, 1.0)


def first_of(store: Store, split: str) -> int:
    return min(number for number, into in splits(store).items() if into == split)


def test_the_trainer_takes_what_is_written(store: Store, tmp_path: Path) -> None:
    shot = snapshot(store, RunChoice())
    assert sum(shot.clips.values()) == 20 and not shot.left_out
    assert shot.clips["train"] >= 12 and shot.clips["dev"] >= 2 and shot.clips["test"] >= 2
    assert {into: list(splits(store).values()).count(into) for into in shot.clips} == shot.clips
    assert sum(shot.words.values()) == sum(len(row.text.split()) for row in shot.rows)
    assert 20 < shot.seconds["train"] < 120

    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(map(line_of, shot.rows)), encoding="utf-8")
    clips, _ = read_manifest(path)
    labels = Labels(shot.base.folder)
    check_clips(clips, labels.positions, shot.base.positions)
    check_audio(clips)
    job = job_from(json.loads(json.dumps(shot.knobs)), path)
    assert job == shot.job and clips == shot.rows
    assert job.base == shot.base.folder and job.base.is_absolute()
    assert Path(job.before) == catalog.starter("recogniser").path and job.before_name == "starter-ear"
    assert job.hears == job.before_hears == Windows(0.3)
    assert Path(job.cache) == store.folder / "cache" / "training"
    assert shot.preset.name == "minutes" and job.learning_rate == 1e-3


def test_sittings_stay_whole_and_the_test_stays_the_test(store: Store) -> None:
    first = snapshot(store, RunChoice())
    places = {(row.recording, row.split) for row in first.rows}
    assert len(places) == len({recording for recording, _ in places}) == 10
    tested = {row.sha256 for row in first.rows if row.split == "test"}
    espeak = Espeak()
    with store.transaction():
        for number, text in enumerate(("Mañana vuelvo a casa temprano.", "El gato duerme en la cocina.")):
            training_store.segment(store, espeak, 900 + number, text, f"session {100 + number}")
    second = snapshot(store, RunChoice())
    assert len(second.rows) == 22
    assert tested <= {row.sha256 for row in second.rows if row.split == "test"}


def test_words_have_their_times(store: Store) -> None:
    snapshot(store, RunChoice())
    heard, placed, neither = sorted(splits(store))[:3]
    correct(store, heard, "Hola, buenos días")
    words = [
        {"word": word, "start": start, "end": start + 0.3, "probability": 0.5}
        for word, start in (("hola", 0.25), ("buenas", 0.75), ("días", 1.25))
    ]
    add_hypothesis(store, heard, "starter-ear", "hola buenas días", words, 0.1)
    correct(store, placed, "Adiós")
    put_alignment(store, placed, "Adiós", [{"word": "Adiós", "start": 0.5, "end": 0.9, "probability": None}], "cut")
    add_hypothesis(store, placed, "starter-ear", "hola", [words[0]], 0.1)
    shot = snapshot(store, RunChoice())
    assert row_of(shot, store, heard).words == (
        ClipWord("Hola,", 0.25, 0.55), ClipWord("buenos", 0.75, 1.05), ClipWord("días", 1.25, 1.55),
    )  # fmt: skip
    assert row_of(shot, store, placed).words == (ClipWord("Adiós", 0.5, 0.9),)
    assert row_of(shot, store, neither).words == ()


def test_where_nobody_speaks_is_noise(store: Store) -> None:
    snapshot(store, RunChoice())
    quiet = first_of(store, "train")
    correct(store, quiet, "")
    shot = snapshot(store, RunChoice())
    row = row_of(shot, store, quiet)
    assert (row.origin, row.text, row.words) == ("noise", "", ())
    assert sum(shot.clips.values()) == 19


def test_what_would_teach_the_wrong_thing_is_left_out(store: Store) -> None:
    snapshot(store, RunChoice())
    train = [number for number, into in splits(store).items() if into == "train"]
    dots, crowded, wordy, gone = train[:4]
    correct(store, dots, "¿…?")
    correct(store, crowded, "muchas palabras " * 12)
    samples = 29 * 16_000
    with store.transaction():
        store.execute(
            "UPDATE recordings SET samples = ? WHERE id = (SELECT recording_id FROM segments WHERE id = ?)",
            (samples, wordy),
        )
        store.execute('UPDATE segments SET "end" = ? WHERE id = ?', (samples, wordy))
    correct(store, wordy, " ".join(f"{n}" for n in range(1000, 1170)))
    sha256 = row_of(snapshot(store, RunChoice()), store, gone).sha256
    AudioFolder(store.folder).path(sha256).unlink()

    reasons = dict(snapshot(store, RunChoice()).left_out)
    assert reasons.keys() == {dots, crowded, wordy, gone}
    assert reasons[dots] == "There is no word in its text."
    assert "more than anybody says" in reasons[crowded]
    assert "tokens, more than 448" in reasons[wordy]
    assert "recording is gone" in reasons[gone]

    with store.transaction():
        store.execute(
            "UPDATE recordings SET samples = ? WHERE id = (SELECT recording_id FROM segments WHERE id = ?)",
            (40 * 16_000, wordy),
        )
        store.execute('UPDATE segments SET "end" = ? WHERE id = ?', (31 * 16_000, wordy))
    assert "31 s long" in dict(snapshot(store, RunChoice()).left_out)[wordy]


def test_others_are_replayed_or_heard_first_and_never_tested_on_in_training(store: Store) -> None:
    snapshot(store, RunChoice())
    espeak = Espeak()
    texts = ("Compramos pan y queso.", "Mi tía vive en Cádiz.", "Llueve mucho en otoño.", "Se perdió la llave.")
    others = {}
    for number, (text, split) in enumerate(zip(texts, ("train", "dev", "test", "train"), strict=True)):
        speaker = "Lola" if number == 3 else "Pepe"
        made = training_store.segment(store, espeak, 700 + number, text, f"other {number}", speaker)
        set_split(store, [made], split)
        others[made] = split
    shot = snapshot(store, RunChoice(replay=("Pepe",), regional=("Lola",)))
    roles = [(row_of(shot, store, made).origin, row_of(shot, store, made).split) for made in others]
    assert roles == [("replay", "train"), ("replay", "dev"), ("general", "test"), ("regional", "train")]
    assert (shot.replay_clips, shot.regional_clips, sum(shot.clips.values())) == (1, 1, 20)
    assert shot.job.transfer_epochs > 0 and snapshot(store, RunChoice()).job.transfer_epochs == 0

    shot = snapshot(store, RunChoice(regional=("Pepe",)))
    assert {number for number, _ in shot.left_out} == set(others) - {min(others), max(others)}
    with pytest.raises(TrainingRefused, match=r"Nothing of “Juan” is corrected: .*Lola, Pepe, learner"):
        snapshot(store, RunChoice(replay=("Juan",)))
    with pytest.raises(TrainingRefused, match="named for both"):
        snapshot(store, RunChoice(replay=("Pepe",), regional=("Pepe",)))


def test_what_is_set_by_hand_goes_before_the_preset(store: Store) -> None:
    knobs = {"epochs": 3, "seed": 7, "rank": 4, "cache": "elsewhere", "before": "/nowhere"}
    shot = snapshot(store, RunChoice(preset="hours", knobs=knobs))
    assert shot.preset.name == "hours"
    assert (shot.job.epochs, shot.job.seed, shot.job.rank) == (3, 7, 4)
    assert shot.job.cache.startswith(str(store.folder)) and "nowhere" not in shot.job.before


def test_too_little_is_refused_with_what_to_do(store: Store, tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "empty") as empty,
        pytest.raises(TrainingRefused, match=r"Nothing is corrected yet: "),
    ):
        snapshot(empty, RunChoice())
    with pytest.raises(TrainingRefused, match="no preset “fast”"):
        snapshot(store, RunChoice(preset="fast"))
    with pytest.raises(TrainingRefused, match="check the path"):
        snapshot(store, RunChoice(base="/nowhere/at/all"))
    with store.transaction():
        store.execute("UPDATE segments SET status = 'skipped', reference = NULL WHERE id > 6")
    with pytest.raises(TrainingRefused, match=r"corrected segments can be trained on, .*: correct at least 8"):
        snapshot(store, RunChoice())


@pytest.mark.parametrize(("sittings", "why"), [(1, "of one sitting"), (2, "Progress would be measured on 0")])
def test_it_takes_three_sittings(tmp_path: Path, sittings: int, why: str) -> None:
    espeak = Espeak()
    with Store.open(tmp_path) as store:
        for number, text in enumerate(sentences_of("words", 20)):
            training_store.segment(store, espeak, number, text, f"session {min(number // 16, sittings - 1)}")
        with pytest.raises(TrainingRefused, match=f"{why}.*: talk once more"):
            snapshot(store, RunChoice())
