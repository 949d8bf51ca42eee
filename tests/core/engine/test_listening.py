"""Listening without a sound card: what a microphone would deliver, through the real voice activity and journal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.engine import listening
from core.engine.devices import SoundError
from core.engine.listening import (
    NEARLY_OVER,
    NO_SPEECH,
    TOO_LONG,
    CapturedTurn,
    Ending,
    Listening,
    ListeningBegun,
    ListeningOver,
)
from core.engine.protocol import Event, Level, Warning
from core.engine.sources import NOTHING, Samples
from models.activity import SileroActivity
from store.audio.folder import pcm16, read_audio
from store.audio.journal import RecordingJournal
from store.errors import StoreError
from tests.core.engine.driver import spoken

RATE = 16_000


class Tape:
    """A microphone that delivers what is on the tape, a tenth of a second a read, and then goes away."""

    name = "tape"
    is_file = False
    live = True
    lost = 0.0
    ended = False

    def __init__(self, *parts: Samples) -> None:
        self.samples = np.concatenate(parts)
        self.position = 0
        self.at: dict[int, Callable[[], None]] = {}
        """What happens when so many samples have been read."""

    def open(self) -> None:
        pass

    def read(self, seconds: float) -> Samples:
        for when in [when for when in self.at if when <= self.position]:
            self.at.pop(when)()
        if self.position >= len(self.samples):
            raise SoundError("The tape is at its end: turn it over.")
        piece = self.samples[self.position : self.position + RATE // 10]
        self.position += len(piece)
        return piece

    def close(self) -> None:
        pass


class Listener:
    """One Listening, run to its end; what it captured."""

    def __init__(
        self,
        folder: Path,
        source: Any,
        pause: float | None = 1.5,
        journal: type[RecordingJournal] = RecordingJournal,
    ) -> None:
        self.events: list[Event] = []
        self.captured: list[CapturedTurn] = []
        self.begun = 0
        self.failure: str | None = None
        self.listening = Listening(
            source,
            SileroActivity(),
            lambda: journal.create(folder, None),
            pause,
            self.events.append,
            self.post,
        )

    def post(self, message: ListeningBegun | CapturedTurn | ListeningOver) -> None:
        if isinstance(message, CapturedTurn):
            self.captured.append(message)
            self.listening.attentive.set()  # the conversation is idle again at once
        elif isinstance(message, ListeningOver):
            self.failure = message.failure
        else:
            self.begun += 1

    def run(self) -> list[Samples]:
        """Listen to the end; the samples of each turn."""
        self.listening.start()
        self.listening.join(30)
        return [captured.journal.finish() for captured in self.captured]

    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warning)]


def silence(seconds: float) -> Samples:
    """A quiet room."""
    return np.random.default_rng(3).normal(0, 1e-4, int(seconds * RATE)).astype(np.float32)


@pytest.fixture(scope="module")
def phrase(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A sentence without silence around it."""
    samples = read_audio(spoken(tmp_path_factory.mktemp("speech") / "a.wav", "Vivo en Madrid con mi familia."))
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0] : loud[-1]]


@pytest.fixture(scope="module")
def yes(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A quarter of a second."""
    samples = read_audio(spoken(tmp_path_factory.mktemp("speech") / "a.wav", "Sí."))
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0] : loud[-1]]


def place(part: Samples, whole: Samples) -> int:
    """Where a sound begins in another; fails when it is not all there."""
    match = np.correlate(whole, part, "valid")
    at = int(match.argmax())
    np.testing.assert_allclose(whole[at : at + len(part)], part, atol=1e-4)
    return at


def test_hands_free_keeps_the_first_syllable_but_not_the_silence(
    tmp_path: Path, phrase: Samples, yes: Samples
) -> None:
    tape = Tape(silence(4), phrase, silence(2.5), yes, silence(2.5))
    listener = Listener(tmp_path, tape)
    turns = listener.run()
    assert len(turns) == 2
    for turn, speech in zip(turns, (phrase, yes), strict=True):
        before = place(speech, turn) / RATE
        after = len(turn) / RATE - before - len(speech) / RATE
        assert 0.3 < before < 0.7  # the pre-roll
        assert 1.2 < after < 2.0  # the pause that ended it
    assert [captured.ending for captured in listener.captured] == [Ending.SPOKEN] * 2
    assert all(1.5 <= captured.endpoint < 1.7 for captured in listener.captured)
    assert listener.begun == 1
    assert listener.warnings() == ["The tape is at its end: turn it over."]


def test_a_click_leaves_no_trace(tmp_path: Path, phrase: Samples) -> None:
    click = silence(0.02)
    click[100] = 0.9
    listener = Listener(tmp_path, Tape(silence(1), click, silence(2), phrase[:600], silence(3)))
    assert listener.run() == []
    assert list((tmp_path / "journal").glob("*")) == []


def test_push_to_talk_keeps_everything_to_the_last_sample(tmp_path: Path, phrase: Samples) -> None:
    tape = Tape(silence(0.5), phrase, silence(3), phrase, silence(1))
    listener = Listener(tmp_path, tape, pause=None)
    tape.at[len(tape.samples) - RATE // 2] = listener.listening.done
    [turn] = listener.run()
    np.testing.assert_array_equal(pcm16(turn), pcm16(tape.samples[: len(turn)]))
    assert len(turn) >= len(tape.samples) - RATE // 2
    assert listener.warnings() == []


def test_a_microphone_that_goes_away_leaves_what_was_said(tmp_path: Path, phrase: Samples) -> None:
    for pause in (None, 1.5):
        listener = Listener(tmp_path, Tape(silence(0.3), phrase), pause)
        [turn] = listener.run()
        assert place(phrase, turn) >= 0
        assert listener.warnings() == ["The tape is at its end: turn it over."]
        assert listener.failure is None


def test_while_the_tutor_speaks_nothing_is_heard(tmp_path: Path, phrase: Samples) -> None:
    tape = Tape(phrase, silence(2), phrase, silence(2))
    listener = Listener(tmp_path, tape)
    tape.at[0] = listener.listening.attentive.clear
    tape.at[len(phrase) + RATE] = listener.listening.attentive.set
    [turn] = listener.run()
    assert len(turn) < len(phrase) + 2.2 * RATE


def test_what_was_begun_before_the_tutor_spoke_is_not_mixed_with_what_comes_after(
    tmp_path: Path, phrase: Samples
) -> None:
    tape = Tape(phrase, silence(1), phrase, silence(2))
    listener = Listener(tmp_path, tape)

    def the_tutor_speaks() -> None:
        listener.listening.done()
        listener.listening.attentive.clear()

    tape.at[RATE] = the_tutor_speaks
    first, second = listener.run()
    assert RATE <= len(first) < len(phrase)
    assert place(phrase, second) >= 0
    np.testing.assert_array_equal(pcm16(first), pcm16(tape.samples[: len(first)]))


def test_cancelling_keeps_and_stopping_keeps(tmp_path: Path, phrase: Samples) -> None:
    for end in ("cancel", "stop"):
        tape = Tape(silence(0.5), phrase, silence(5))
        listener = Listener(tmp_path, tape)
        tape.at[len(phrase)] = getattr(listener.listening, end)
        [turn] = listener.run()
        assert len(turn) > 0.8 * len(phrase)
        assert listener.captured[0].ending is {"cancel": Ending.CANCELLED, "stop": Ending.STOPPED}[end]
        assert listener.warnings() == []


def shorter(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """Let a turn end after so many seconds rather than five minutes."""
    monkeypatch.setattr(listening, "LONGEST", seconds * RATE)
    monkeypatch.setattr(listening, "NEARLY", seconds * RATE * 4 // 5)


@pytest.mark.parametrize(("pause", "seconds"), [(None, 300), (1.5, 20)], ids=["push-to-talk", "hands-free"])
def test_a_turn_that_is_forgotten_ends_after_five_minutes_and_is_answered(
    tmp_path: Path, phrase: Samples, pause: float | None, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seconds != 300:
        shorter(monkeypatch, seconds)
    radio = np.tile(phrase, seconds * 6 // 5 * RATE // len(phrase))
    tape = Tape(radio, silence(3))
    listener = Listener(tmp_path, tape, pause)
    first, *others = listener.run()
    assert seconds * RATE <= len(first) < (seconds + 1) * RATE
    assert [captured.ending for captured in listener.captured] == [Ending.SPOKEN] * len(listener.captured)
    np.testing.assert_array_equal(pcm16(first), pcm16(tape.samples[: len(first)]))
    assert listener.warnings()[:2] == [NEARLY_OVER, TOO_LONG]
    if pause is None:
        assert others == [] and len(listener.warnings()) == 2
    else:
        [rest] = others  # the learner goes on, and nothing between the two is missing
        np.testing.assert_array_equal(pcm16(rest), pcm16(tape.samples[len(first) :][: len(rest)]))
        assert len(first) + len(rest) > len(radio)


def test_a_forgotten_key_in_a_quiet_room_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shorter(monkeypatch, 20)
    listener = Listener(tmp_path, Tape(silence(30)), pause=None)
    assert listener.run() == [] and list((tmp_path / "journal").glob("*")) == []
    assert listener.warnings() == [NEARLY_OVER, TOO_LONG, NO_SPEECH]


def test_the_meter_tells_what_is_safe(tmp_path: Path, phrase: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.listening.LEVEL_SECONDS", 0.0)  # the tape is faster than any meter
    listener = Listener(tmp_path, Tape(phrase), pause=None)
    listener.run()
    levels = [event for event in listener.events if isinstance(event, Level)]
    assert len(levels) > 5
    for level in levels:
        assert 0 <= level.rms <= level.peak <= 1
        assert level.seconds * RATE - 4000 <= level.safe <= level.seconds * RATE + 1


def test_a_disk_that_fills_up_keeps_what_fitted(tmp_path: Path, phrase: Samples) -> None:
    class Filling(RecordingJournal):
        def append(self, frames: Any) -> None:
            if self.samples > RATE:
                raise StoreError("The disk is full: free some space.")
            super().append(frames)

    listener = Listener(tmp_path, Tape(phrase, phrase), pause=None, journal=Filling)
    [turn] = listener.run()
    assert len(turn) >= RATE
    assert listener.warnings() == ["The disk is full: free some space."]


def test_a_source_that_never_opens_is_a_failure_and_not_a_turn(tmp_path: Path) -> None:
    class Closed(Tape):
        def open(self) -> None:
            raise SoundError("No microphone: connect one.")

    listener = Listener(tmp_path, Closed(NOTHING))
    assert listener.run() == []
    assert listener.failure == "No microphone: connect one."
    assert listener.warnings() == []
