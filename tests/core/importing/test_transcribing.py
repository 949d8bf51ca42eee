"""Everything that waits is transcribed, one segment at a time, and goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.dataset.audio_quality import TARGET, loudness
from core.importing.importer import import_path
from core.importing.transcription import TranscriptionProgress, transcribe
from core.review.desk import Desk
from models.audio import Audio
from models.device import Device
from models.whisper.heard import Hypothesis, Recogniser
from store.audio.folder import AudioFolder
from store.check import check
from store.database import Store
from tests.core.importing.driver import conversation, rows, speech, state, write
from tests.starters import load_recogniser


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return load_recogniser(Device("cpu", 1, "test"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Four segments of a quiet speaker."""
    store = Store.open(tmp_path / "data")
    import_path(store, write(tmp_path / "clase.wav", conversation(2, noise=1e-5) * 0.02))
    return store


class Listener:
    """Hands everything on, and remembers it."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.name = recogniser.name
        self.levels: list[float] = []
        self._recogniser = recogniser

    def recognise(self, audio: Audio) -> Hypothesis:
        self.levels.append(loudness(audio))
        return self._recogniser.recognise(audio)


def test_all_segments_are_heard_equally_loud_and_judged(store: Store, recogniser: Recogniser) -> None:
    listener, seen = Listener(recogniser), list[TranscriptionProgress]()
    done = transcribe(store, listener, seen.append)
    assert (done.segments, done.left, done.failed) == (4, 0, [])
    assert all(abs(level - TARGET) < 3 for level in listener.levels)
    for row in rows(store):
        assert row["model"] == "starter-ear" and row["heard"] and row["confidence"] > 0
        assert row["length"] == len(row["heard"].split()) and row["expected"] > 0 and row["loudness"] < -40
    assert [(one.done, one.total) for one in seen] == [(n, 4) for n in range(5)]
    assert seen[0].left is None and seen[-1].left == 0 and seen[2].left is not None
    before = state(store)
    assert transcribe(store, listener).segments == 0
    assert state(store) == before
    assert not check(store)


def test_it_stops_within_a_segment_and_goes_on(store: Store, recogniser: Recogniser) -> None:
    listener = Listener(recogniser)
    done = transcribe(store, listener, should_stop=lambda: len(listener.levels) >= 1)
    assert (done.segments, done.left) == (1, 3)
    assert transcribe(store, listener).segments == 3
    assert len(listener.levels) == 4


def test_another_model_hears_them_again_and_both_hypotheses_stay(store: Store, recogniser: Recogniser) -> None:
    transcribe(store, recogniser)
    newer = Listener(recogniser)
    newer.name = "newer"

    def renamed(audio: Audio) -> Hypothesis:
        heard = recogniser.recognise(audio)
        return Hypothesis("hola", (), heard.seconds, 0.1, "newer")

    newer.recognise = renamed  # type: ignore[method-assign]
    desk = Desk(store, "ana")
    first = store.execute("SELECT min(id) AS id FROM segments")[0]["id"]
    desk.accept(desk.card(first), "Buenos días.")
    assert transcribe(store, newer).segments == 4
    models = [row["model"] for row in store.execute("SELECT model FROM hypotheses ORDER BY id")]
    assert models == ["starter-ear"] * 4 + ["newer"] * 4
    assert {row["heard"] for row in rows(store)} == {"hola"}
    corrected = store.execute("SELECT reference, errors, words FROM segments WHERE id = ?", (first,))[0]
    assert tuple(corrected) == ("Buenos días.", 2, 2)


def test_a_damaged_recording_costs_its_own_segments(store: Store, recogniser: Recogniser, tmp_path: Path) -> None:
    other = write(tmp_path / "otra.wav", speech())
    import_path(store, other)
    damaged = store.execute("SELECT sha256 FROM recordings ORDER BY id LIMIT 1")[0]["sha256"]
    AudioFolder(store.folder).path(damaged).write_bytes(b"nada")
    done = transcribe(store, recogniser)
    assert (done.segments, len(done.failed)) == (2, 4)
    assert all("is damaged" in reason for _, reason in done.failed)


def test_a_segment_that_is_cut_while_it_is_heard_waits_for_the_next_time(
    store: Store, recogniser: Recogniser
) -> None:
    desk = Desk(store, "ana")
    first = store.execute("SELECT min(id) AS id FROM segments")[0]["id"]
    listener = Listener(recogniser)

    def cut(audio: Audio) -> Hypothesis:
        if len(listener.levels) == 0:
            card = desk.card(first)
            desk.trim(card, card.row.start + 4000, card.row.end)
        return Listener.recognise(listener, audio)

    listener.recognise = cut  # type: ignore[method-assign]
    assert transcribe(store, listener).segments == 3
    assert store.execute("SELECT heard FROM segments WHERE id = ?", (first,))[0]["heard"] is None
    assert transcribe(store, recogniser).segments == 1


def test_turns_that_nobody_measured_are_measured(tmp_path: Path, recogniser: Recogniser) -> None:
    store = Store.open(tmp_path / "data")
    audio = speech()
    sha256 = AudioFolder(store.folder).put(audio)
    recording = store.insert(
        "recordings", sha256=sha256, samples=len(audio), source="microphone", origin="mic", created_at="2026-01-01"
    )
    store.insert(
        "segments", recording_id=recording, start=0, end=len(audio), speaker="learner", created_at="2026-01-01"
    )
    transcribe(store, recogniser)
    [row] = rows(store)
    assert np.isfinite(row["loudness"]) and row["band"] > 5000 and len(row["fingerprint"]) == 64
    words = json.loads(store.execute("SELECT words FROM hypotheses")[0]["words"])
    assert words and all(0 <= word["start"] <= word["end"] <= len(audio) / 16_000 for word in words)
