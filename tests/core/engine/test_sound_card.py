"""A spoken turn through a sound card: into the microphone, out of the loudspeaker, and the plug pulled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.engine.filters import resample
from core.engine.protocol import (
    Done,
    Error,
    Heard,
    Hush,
    Level,
    Listen,
    Ready,
    Replay,
    ReplyAudio,
    ReplyText,
    Say,
    State,
    Timings,
    TurnStored,
    Warning,
)
from store.audio.folder import read_audio
from tests.core.engine.driver import Driver, engine, spoken
from tests.sound_card import SoundCard, read_wav

pytestmark = pytest.mark.sound


def likeness(heard: Path, meant: Path) -> float:
    """Highest normalised correlation of what was meant with any stretch of what was heard, 0 to 1."""
    said, played = (resample(*read_wav(path), 16_000).astype(np.float64) for path in (meant, heard))
    played = np.pad(played, (0, len(said)))  # the recorder may have missed the silence at the end
    size = 1 << (len(said) + len(played)).bit_length()
    match = np.fft.irfft(np.fft.rfft(played, size) * np.conj(np.fft.rfft(said, size)), size)
    sums = np.concatenate([[0.0], np.cumsum(played**2)])
    energy = sums[len(said) :] - sums[: -len(said)]
    return float((match[: len(energy)] / np.sqrt(energy * np.sum(said**2) + 1e-9)).max())


async def pause(app: Driver) -> None:
    """Until the microphone has delivered something."""
    await app.until(State, state="listening")
    await app.until(Level)


async def test_what_is_said_into_the_microphone_is_stored_and_the_answer_is_heard(
    card: SoundCard, tmp_path: Path
) -> None:
    hello = spoken(tmp_path / "hello.wav", "Hola, me llamo Ana.", before=0.5, after=0.3)
    async with engine(tmp_path / "data", sound=True, out=tmp_path / "out") as app:
        ready = app.all(Ready)[0]
        assert ready.microphone and ready.loudspeaker

        # Hands-free: the pause ends the turn, the reply is heard, and then it is the learner's turn again.
        await app.send(Listen(hands_free=True))
        await pause(app)
        with card.hear() as recording:
            card.speak(hello)
            stored = await app.until(TurnStored, origin="spoken")
            await app.until(State, state="speaking")
            await app.until(State, state="listening")
        reply = app.all(ReplyAudio)[-1]
        assert likeness(recording, Path(reply.path)) > 0.8
        assert app.all(Heard)[-1].text
        if not app.all(Timings):
            await app.until(Timings)
        timings = app.all(Timings)[-1].seconds
        assert 1.4 < timings["endpoint"] < 2.2  # A2
        assert timings["you_to_voice"] > timings["endpoint"]
        meant = read_audio(hello)
        assert len(meant) / 16_000 - 0.9 < stored.seconds - timings["endpoint"] < len(meant) / 16_000 + 1.0
        assert len(app.all(TurnStored)) == 2  # it did not hear itself

        # A typed turn silences the microphone, a hush the loudspeaker.
        await app.send(Say("Hola. ¿Qué tal?"))
        await app.until(State, state="speaking")
        await app.send(Hush())
        await app.until(State, state="listening")

        # The learner's own voice again, slower.
        with card.hear() as recording:
            await app.send(Replay(stored.turn, pace=0.5))
            await app.until(State, state="speaking")
            await app.until(State, state="listening")
        samples, rate = read_wav(recording)
        loud = np.flatnonzero(np.abs(samples) > 0.02)
        assert (loud[-1] - loud[0]) / rate > 1.5 * (len(meant) / 16_000 - 0.8)
        assert len(app.all(TurnStored)) == 4
        assert not app.all(Error) and not app.all(Warning)
    assert app.rows("SELECT source, count(*) FROM recordings GROUP BY 1") == [("microphone", 1)]


async def test_a_microphone_that_vanishes_loses_nothing_and_typing_goes_on(card: SoundCard, tmp_path: Path) -> None:
    hello = spoken(tmp_path / "hello.wav", "Vivo en Madrid. " * 8, before=0.3)
    async with engine(tmp_path / "data", sound=True) as app:
        await app.send(Listen())
        await pause(app)
        card.speak(hello)
        level = await app.until(Level)
        while level.speech < 0.5 or level.seconds < 2.0:
            level = await app.until(Level)
        card.unplug()
        warning = await app.until(Warning)
        assert "microphone" in warning.text
        stored = await app.until(TurnStored, origin="spoken")
        assert stored.seconds >= level.seconds - 0.25
        await app.until(Timings)
        await app.until(State, state="idle")

        await app.send(Listen())
        error = await app.until(Error)
        assert "microphone" in error.text
        await app.send(Say("Ahora escribo."))
        await app.until(ReplyText, final=True)
        await app.until(Timings)


async def test_push_to_talk_without_a_word_is_no_turn(card: SoundCard, tmp_path: Path) -> None:
    async with engine(tmp_path / "data", sound=True) as app:
        await app.send(Listen())
        await pause(app)
        await app.send(Done())
        warning = await app.until(Warning)
        await app.until(State, state="idle")
        assert "No speech" in warning.text
        assert app.rows("SELECT count(*) FROM turns") == [(0,)]
        assert not list((app.data / "journal").glob("*"))
