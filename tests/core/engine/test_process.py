"""The engine as the app sees it: a real process with the starter models, a real database, no sound card."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path

import numpy as np
import pytest

from core.conversation import distress
from core.engine.client import Engine
from core.engine.protocol import (
    Bye,
    Cancel,
    Error,
    Feedback,
    Heard,
    Hello,
    Level,
    Listen,
    Ready,
    Replay,
    ReplyAudio,
    ReplyText,
    Say,
    StartSession,
    State,
    Timings,
    TurnLost,
    TurnStored,
    Warning,
)
from store.audio.folder import pcm16, read_audio
from tests.core.engine.driver import Driver, engine, healthy, spoken, write_wav
from tests.sound_card import read_wav

LATIN = "Me llamo Ana y vivo en Madrid con mi familia."


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody says where she lives."""
    return spoken(tmp_path_factory.mktemp("speech") / "ana.wav", LATIN, before=0.3, after=0.3)


async def test_a_typed_and_a_spoken_turn_are_answered_aloud_and_remembered(tmp_path: Path, speech: Path) -> None:
    async with engine(tmp_path / "data", out=tmp_path / "out", greet=True) as app:
        hello, ready = app.events[0], app.all(Ready)[0]
        assert isinstance(hello, Hello)
        assert hello.data_folder == str(tmp_path / "data")
        assert ready.starter and ready.microphone is None and ready.seconds > 0
        greeting = await app.until(TurnStored, role="tutor")
        assert greeting.text

        await app.send(Say("Me llamo\x1b[31m Ana \x07y soy de Chile."))
        timings = await app.until(Timings)
        mine = app.all(TurnStored)[1]
        reply = app.all(ReplyText)[-1]
        assert (mine.role, mine.origin, mine.text) == ("learner", "typed", "Me llamo Ana y soy de Chile.")
        assert reply.final and reply.text and reply.turn != mine.turn
        assert app.all(Feedback)[-1].turn == timings.turn == mine.turn
        assert {"first_token", "first_clause", "reply", "voice", "you_to_voice", "feedback"} <= set(timings.seconds)
        assert all(0 <= seconds < 60 for seconds in timings.seconds.values())
        await app.until(State, state="idle")

        await app.send(Listen(file=str(speech)))
        timings = await app.until(Timings)
        heard = app.all(Heard)[-1]
        assert heard.turn == timings.turn
        assert heard.text and heard.probability > 0.3
        assert [word["word"] for word in heard.words] == heard.text.split()
        assert "recognise" in timings.seconds

        written = [Path(event.path) for event in app.all(ReplyAudio)]
        assert [path.name for path in written] == ["turn-0001.wav", "turn-0002.wav", "turn-0003.wav"]
        for path in written:
            samples, rate = read_wav(path)
            assert len(samples) / rate > 0.3
            assert np.abs(samples).max() > 0.05
    await app.rest()
    assert isinstance(app.events[-1], Bye)

    turns = app.rows("SELECT role, origin, status, text FROM turns ORDER BY position")
    assert [turn[:3] for turn in turns] == [
        ("tutor", "generated", "answered"),
        ("learner", "typed", "answered"),
        ("tutor", "generated", "answered"),
        ("learner", "spoken", "answered"),
        ("tutor", "generated", "answered"),
    ]
    assert turns[3][3] == heard.text
    assert app.rows("SELECT text FROM hypotheses") == [(heard.text,)]
    # The correction desk has it at once: how loud it is, how many words, how many of them are likely wrong.
    [(loudness, length, expected)] = app.rows("SELECT loudness, length, expected FROM segments")
    assert -60 < loudness < 0 and length == len(heard.words) and 0 < expected < length
    stored = dict(app.rows("SELECT stage, seconds FROM timings WHERE turn_id = ?", timings.turn))
    assert stored == pytest.approx(timings.seconds)
    [(sha256, source, origin)] = app.rows("SELECT sha256, source, origin FROM recordings")
    assert (source, origin) == ("file", "ana.wav")
    kept = read_audio(app.data / "audio" / sha256[:2] / sha256[2:4] / f"{sha256}.flac")
    np.testing.assert_array_equal(pcm16(kept), pcm16(read_audio(speech)))
    assert list((app.data / "journal").iterdir()) == []
    assert app.rows("SELECT count(*) FROM sessions WHERE ended_at IS NOT NULL") == [(1,)]
    assert healthy(app.data)


async def test_distress_typed_or_spoken_is_answered_humanely_and_the_talk_goes_on(tmp_path: Path) -> None:
    wish = spoken(tmp_path / "wish.wav", "No quiero vivir más.", before=0.3, after=0.3)
    humane = distress.answer("No quiero vivir más.")
    async with engine(tmp_path / "data", out=tmp_path / "out") as app:
        await app.send(Say("me quero morir"))
        await app.until(Timings)
        await app.send(Listen(file=str(wish)))
        await app.until(Timings)
        assert distress.kind_of(app.all(Heard)[-1].text) is distress.Kind.SELF_HARM
        final = [event for event in app.all(ReplyText) if event.final]
        assert [(event.text, event.suggestions) for event in final] == [(humane, []), (humane, [])]
        assert app.all(Feedback) == []
        for event in app.all(ReplyAudio):
            samples, rate = read_wav(Path(event.path))
            assert 8 < len(samples) / rate < 40  # the Spanish alone

        await app.send(Say("Me llamo Ana y soy de Chile."))
        await app.until(Timings)
        assert app.all(ReplyText)[-1].text != humane
        assert app.all(Feedback)
    assert app.rows("SELECT text FROM turns WHERE role = 'tutor' ORDER BY position")[:2] == [(humane,), (humane,)]


async def test_bad_input_is_a_sentence_and_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "novel.wav").write_text("En un lugar de la Mancha")
    async with engine(tmp_path / "data") as app:
        for command in (
            Listen(file=str(tmp_path / "missing.wav")),
            Listen(file=str(tmp_path / "novel.wav")),
            Listen(file=str(tmp_path)),
            Listen(),
            Say(" \x07 "),
            Say("hola " * 100_000),
            Replay(turn=4711),
            StartSession(scenario="la luna"),
            StartSession(level="Z9"),
            StartSession(session=4711),
        ):
            await app.send(command)
            error = await app.until(Error)
            assert not error.fatal
            assert 10 < len(error.text) < 500 and error.text[-1] in ".:", error.text
        assert app.rows("SELECT (SELECT count(*) FROM turns) + (SELECT count(*) FROM recordings)") == [(0,)]
        assert not list((app.data / "journal").glob("*"))
        await app.send(Say("¿Y ahora?"))  # and life goes on
        await app.until(Timings)


async def test_silence_is_not_answered(tmp_path: Path) -> None:
    silence = write_wav(tmp_path / "silence.wav", np.zeros(32_000))
    async with engine(tmp_path / "data") as app:
        await app.send(Listen(file=str(silence)))
        warning = await app.until(Warning)
        await app.until(TurnLost)
        await app.until(State, state="idle")
        assert "No words were heard" in warning.text
        assert app.all(ReplyText) == []
        assert app.rows("SELECT role, status FROM turns") == [("learner", "lost")]


async def test_a_file_in_real_time_has_a_meter_and_can_be_ended_or_cancelled(tmp_path: Path, speech: Path) -> None:
    async with engine(tmp_path / "data") as app:
        await app.send(Listen(file=str(speech), realtime=True))
        await app.until(State, state="listening")
        while app.all(Level)[-1:] == [] or app.all(Level)[-1].seconds < 1.0:
            await app.until(Level)
        await app.send(Cancel())
        await app.until(TurnLost)
        await app.until(State, state="idle")
        await app.send(Listen(file=str(speech), realtime=True))
        await app.until(State, state="listening")
        levels: list[Level] = []
        while not levels or levels[-1].seconds < 1.5:
            levels.append(await app.until(Level))
        await app.send(Say("Escribo mientras hablo."))  # what was being said is a turn, and comes first
        await app.until(Timings)
        await app.until(Timings)
    assert all(0 <= level.rms <= level.peak <= 1 for level in levels)
    assert max(level.speech for level in levels) > 0.8
    assert 0 < levels[-1].safe <= levels[-1].seconds * 16_000
    assert len(levels) <= 15 * (levels[-1].seconds + 0.5)
    assert app.rows("SELECT origin, status FROM turns WHERE role = 'learner' ORDER BY position") == [
        ("spoken", "lost"),
        ("spoken", "answered"),
        ("typed", "answered"),
    ]
    lengths = [samples / 16_000 for (samples,) in app.rows("SELECT samples FROM recordings")]
    assert 1.0 <= lengths[0] < 2.5 and 1.5 <= lengths[1] < 3.0


async def test_quitting_in_the_middle_of_speech_keeps_it(tmp_path: Path, speech: Path) -> None:
    async with engine(tmp_path / "data") as app:
        await app.send(Listen(file=str(speech), realtime=True))
        while app.all(Level)[-1:] == [] or app.all(Level)[-1].seconds < 1.0:
            await app.until(Level)
    await app.rest()
    assert isinstance(app.events[-1], Bye)
    assert app.rows("SELECT role, origin, status FROM turns") == [("learner", "spoken", "recorded")]
    assert app.rows("SELECT samples FROM recordings")[0][0] >= 16_000
    assert not list((app.data / "journal").glob("*"))


async def test_two_engines_do_not_share_a_data_folder(tmp_path: Path) -> None:
    async with engine(tmp_path / "data") as first:
        child = Engine(tmp_path / "data", sound=False)
        second = Driver(child, tmp_path / "data")
        await child.start()
        error = await second.until(Error)
        await second.rest()
        assert error.fatal and str(tmp_path / "data") in error.text
        assert second.all(Warning) == []  # it is not tried again
        await child.close()
        await first.send(Say("Yo sigo."))
        await first.until(Timings)


async def _run(data: Path, lines: bytes, **environment: str) -> tuple[int, list[str]]:
    """An engine fed with lines and then end of input; its exit status and its lines."""
    child = await asyncio.create_subprocess_exec(
        *[sys.executable, "-P", "-m", "core.engine", "--data", str(data)],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    out, _ = await asyncio.wait_for(child.communicate(lines), 60)
    return child.returncode or 0, out.decode().splitlines()


async def test_a_missing_model_is_named_with_its_remedy(tmp_path: Path) -> None:
    status, lines = await _run(tmp_path / "data", b'{"kind":"Say","text":"x"}\n', TERTULIA_TUTOR="no-such-tutor")
    assert status == 1
    assert '"kind": "Hello"' in lines[0]
    assert "no-such-tutor" in lines[-1] and '"fatal": true' in lines[-1]


async def test_a_full_disk_keeps_nothing_half_and_the_engine_goes_on(tmp_path: Path) -> None:
    long = write_wav(tmp_path / "long.wav", np.random.default_rng(0).normal(0, 0.1, 640_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))  # for the engine, it is as if the disk were full
    try:
        async with engine(tmp_path / "data") as app:
            await app.send(Listen(file=str(long)))
            warning = await app.until(Warning)
            assert "journal" in warning.text
            await app.until(State, state="idle")
            assert app.rows("SELECT (SELECT count(*) FROM turns) + (SELECT count(*) FROM recordings)") == [(0,)]
            assert not list((app.data / "journal").glob("*"))
            await app.send(Say("Todavía puedo escribir."))
            await app.until(Timings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert healthy(app.data)


async def test_a_data_folder_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    status, lines = await _run(tmp_path / "file" / "data", b"")
    assert status == 1
    assert '"fatal": true' in lines[-1]


async def test_a_damaged_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "tertulia.db").write_bytes(b"not a database, whatever it says" * 200)
    status, lines = await _run(tmp_path, b'{"kind":"Say","text":"x"}\n')
    assert status == 1
    assert "tertulia.db" in lines[-1] and '"fatal": true' in lines[-1]


async def test_without_portaudio_typing_still_works(tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    commands = b'{"kind":"StartSession","greet":false}\n{"kind":"Listen"}\n{"kind":"Say","text":"Hola."}\n'
    status, lines = await _run(tmp_path / "data", commands, PYTHONPATH=str(tmp_path))
    assert status == 0
    assert sum("libportaudio2" in line and '"Warning"' in line for line in lines) == 1
    assert any('"TurnStored"' in line for line in lines)
    assert '"Bye"' in lines[-1]
