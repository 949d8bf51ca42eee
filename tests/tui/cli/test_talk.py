"""`tertulia talk`, whatever becomes of a turn: it is over, the next one is said, and the end comes."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import soundfile

from core.engine import protocol
from core.engine.client import Engine
from store.audio.journal import RecordingJournal
from store.database import Store
from tests.core.engine.driver import spoken, write_wav
from tests.patience import PATIENCE
from tests.tui.cli.test_commands import lines, tertulia
from tui.cli.talking import UNANSWERED, Talk

RATE = 16_000


@pytest.fixture(scope="module")
def hola(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoken(tmp_path_factory.mktemp("spoken") / "hola.wav", "Me gusta la comida española.")


@pytest.fixture(scope="module")
def wordless(hola: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files in which nobody can hear a word."""
    folder = tmp_path_factory.mktemp("wordless")
    silence = write_wav(folder / "silence.wav", np.zeros(3 * RATE))
    moment = write_wav(folder / "moment.wav", np.random.default_rng(0).normal(0, 1e-4, RATE // 20))
    samples, rate = soundfile.read(hola, dtype="float32")
    soundfile.write(folder / "opposite.wav", np.stack([samples, -samples], axis=1), rate)
    return [silence, moment, folder / "opposite.wav"]


def said(result: subprocess.CompletedProcess[str]) -> list[str]:
    return result.stderr.strip().splitlines()


def typed(home: Path, text: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with that on its standard input."""
    command = [sys.executable, "-P", "-c", "import sys; from tui.cli import main; sys.exit(main())", "talk"]
    return subprocess.run(
        [*command, *arguments], input=text, env={**os.environ, "TERTULIA_HOME": str(home), **environment},
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_a_turn_without_words_costs_itself_and_not_those_after_it(
    tmp_path: Path, hola: Path, wordless: list[Path]
) -> None:
    result = tertulia(tmp_path, "talk", *wordless, hola, "--json")
    assert result.returncode == 1
    *lost, answered = lines(result)
    assert "gusta" in answered["heard"] and answered["reply"] and "error" not in answered
    assert [line["error"] for line in lost] == [sentence.removeprefix("tertulia: ") for sentence in said(result)]
    for path, sentence in zip(wordless, said(result), strict=True):
        assert "No words were heard" in sentence and path.name in sentence


FAULTS = {
    "tutor": """
import models.tutor.llama
from models.errors import ModelError
plain = models.tutor.llama.LlamaTutor.chat
def chat(self, messages, *rest, **options):
    if messages[0].role == "system":
        raise ModelError("The tutor cannot answer this: choose another one.")
    return plain(self, messages, *rest, **options)
models.tutor.llama.LlamaTutor.chat = chat
""",
    "rescue": """
import store.audio.recovery
def add_recording(*arguments):
    raise MemoryError
store.audio.recovery.add_recording = add_recording
""",
    "loading": """
import core.engine.loading
def load(*arguments):
    raise ZeroDivisionError("a chat template that nobody can read")
core.engine.loading.load = load
""",
}
"""What goes wrong in the engine, by the part that does."""


def broken(folder: Path, fault: str) -> dict[str, str]:
    """The environment of an engine with that fault."""
    (folder / "sitecustomize.py").write_text(
        "import sys\nif 'core.engine' in ' '.join(sys.orig_argv):\n"
        + "\n".join(f"    {line}" for line in FAULTS[fault].splitlines())
    )
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def test_a_tutor_that_fails_costs_each_turn_a_sentence(tmp_path: Path, hola: Path) -> None:
    result = tertulia(tmp_path / "home", "talk", hola, hola, **broken(tmp_path, "tutor"))
    assert result.returncode == 1
    assert said(result) == ["tertulia: The tutor cannot answer this: choose another one."] * 2
    assert result.stdout.count("You    ") == 2 and "Tutor" not in result.stdout


def test_an_engine_that_cannot_be_made_ready_ends_the_talk(tmp_path: Path, hola: Path) -> None:
    result = tertulia(tmp_path / "home", "talk", hola, hola, **broken(tmp_path, "loading"))
    assert result.returncode == 1 and result.stdout == ""
    [sentence] = said(result)
    assert "cannot be made ready" in sentence and "engine.log" in sentence


def test_a_recording_that_cannot_be_rescued_keeps_nobody_from_talking(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Store.open(home) as store, RecordingJournal.create(store.folder, None) as journal:
        journal.append(np.zeros(RATE, np.float32))
    fault = broken(tmp_path, "rescue")
    for _ in range(2):
        result = typed(home, "Hola.\n", **fault)
        assert result.returncode == 1 and "cannot be made ready" in result.stderr
    result = typed(home, "Hola.\n", **fault)
    assert result.returncode == 0 and "Tutor  " in result.stdout
    assert "could not be rescued, twice" in result.stderr
    assert [path.suffix for path in (home / "journal").iterdir()] == [".damaged"]


def test_typed_lines_are_turns(tmp_path: Path) -> None:
    result = typed(tmp_path, "Hola, me llamo Ana.\n\n  Vivo en Chile.  \n", "--json")
    first, second = lines(result)
    assert (first["heard"], second["heard"]) == ("Hola, me llamo Ana.", "Vivo en Chile.")
    assert first["reply"] and second["reply"] and first["turn"] < second["turn"]
    assert result.returncode == 0, result.stderr


def test_without_a_microphone_and_a_keyboard_the_talk_ends_and_says_what_is_missing(tmp_path: Path) -> None:
    result = typed(tmp_path, "")
    assert result.returncode == 1
    sentences = said(result)
    assert sentences and len(set(sentences)) == len(sentences)
    assert all("There is no" in sentence for sentence in sentences)


def test_at_a_terminal_without_a_microphone_one_types(tmp_path: Path) -> None:
    keyboard, terminal = pty.openpty()
    command = [sys.executable, "-P", "-c", "import sys; from tui.cli import main; sys.exit(main())", "talk"]
    with subprocess.Popen(
        command, env={**os.environ, "TERTULIA_HOME": str(tmp_path)}, stdin=terminal, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as talk:  # fmt: skip
        os.close(terminal)
        assert talk.stdout is not None
        assert talk.stdout.readline().startswith("Tutor  ")  # who speaks first
        os.write(keyboard, b"Vivo en Chile.\n")
        assert talk.stdout.readline().startswith("Tutor  ")
        os.write(keyboard, b"\x04")
        assert talk.wait(PATIENCE) == 0
    os.close(keyboard)


# --- every way in which a turn can end -----------------------------------------------------------------

IDLE, LISTENING, THINKING = protocol.State("idle"), protocol.State("listening"), protocol.State("thinking")
READY = protocol.Ready("r", "t", "v", "cpu", True, None, None, 1.0)
SESSION = protocol.SessionStarted(7, "A2", "conocerse", "Conocerse")
STORED = protocol.TurnStored(1, "learner", "", "spoken", 1.0)
REPLY = protocol.ReplyText(2, "¡Qué bien!", True)
ANSWERED = (LISTENING, THINKING, STORED, protocol.Heard(1, "Hola.", [], 0.9), REPLY, protocol.Timings(1, {}), IDLE)
ENDS: dict[str, tuple[protocol.Event, ...]] = {
    "nothing": (LISTENING, IDLE),
    "lost": (LISTENING, THINKING, STORED, protocol.TurnLost(1, "It is lost."), IDLE),
    "warned and lost": (LISTENING, protocol.Warning("It is lost."), protocol.TurnLost(1, "It is lost."), IDLE),
    "refused": (protocol.Error("It is lost."), IDLE),
    "failed": (LISTENING, THINKING, protocol.Error("It is lost."), IDLE),
    "kept by nobody": (LISTENING, THINKING, IDLE),
    "crashed": (
        LISTENING, protocol.TurnLost(None, "It is lost."), protocol.Warning("It is lost."), protocol.Hello(1, ""),
        READY, SESSION, IDLE,
    ),
    "crashed unheard": (protocol.Warning("It is lost."), READY, SESSION, IDLE),
    "late": (LISTENING, THINKING, STORED, protocol.TurnLost(1, "It is lost."), protocol.Feedback(1, []), IDLE),
}  # fmt: skip


class Script:
    """An engine that tells what it is given: at the session's beginning, and for each thing that is said to it."""

    def __init__(self, *answers: tuple[protocol.Event, ...]) -> None:
        self.sent: list[protocol.Command] = []
        self._answers = iter(answers)
        self._events: asyncio.Queue[protocol.Event | None] = asyncio.Queue()

    async def send(self, command: protocol.Command) -> None:
        self.sent.append(command)
        for event in next(self._answers, (None,)):
            self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[protocol.Event]:
        while (event := await self._events.get()) is not None:
            yield event


async def talk(engine: Script, *files: str) -> bool:
    """Talk by files with that engine; whether something failed."""
    async with asyncio.timeout(PATIENCE):
        return await Talk(cast(Engine, engine), True, [Path(file) for file in files]).run("A2", "conocerse")


@pytest.mark.parametrize("end", ENDS)
async def test_however_a_turn_ends_it_is_told_once_and_the_next_is_said(
    end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = Script((READY, SESSION, IDLE), ENDS[end], ANSWERED)
    assert await talk(engine, "a.wav", "b.wav")
    assert [command.file for command in engine.sent if isinstance(command, protocol.Listen)] == ["a.wav", "b.wav"]
    out, err = capsys.readouterr()
    lost, answered = map(json.loads, out.splitlines())
    sentence = UNANSWERED if end in ("nothing", "kept by nobody") else "It is lost."
    assert err == f"tertulia: {sentence}\n" and lost["error"] == sentence
    assert answered["reply"] == "¡Qué bien!" and "error" not in answered


@pytest.mark.parametrize("end", [(protocol.Error("It is broken.", fatal=True),), (LISTENING, None), (None,)])
async def test_where_the_engine_ends_the_talk_ends(
    end: tuple[protocol.Event, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert await talk(Script((READY, SESSION, IDLE), end), "a.wav", "b.wav")
    assert await talk(Script(end), "a.wav")


async def test_where_no_session_can_be_opened_the_talk_ends(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Script((READY, IDLE, protocol.Error("The disk is full.")))
    assert await talk(engine, "a.wav", "b.wav")
    assert len(engine.sent) == 1 and capsys.readouterr().err == "tertulia: The disk is full.\n"


HEARS = replace(READY, microphone="a microphone")


@pytest.mark.parametrize(
    ("end", "failed"),
    [
        ((protocol.Error("No microphone could be opened."), IDLE), True),
        ((*ANSWERED[:-1], LISTENING, protocol.Warning("The microphone has gone."), IDLE), True),
        ((*ANSWERED[:-1], LISTENING, *ANSWERED[:-1], LISTENING, None), False),
    ],
)
async def test_the_microphone_is_heard_turn_after_turn_until_that_ends(
    end: tuple[protocol.Event, ...], failed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = Script((HEARS, SESSION, IDLE), end)
    assert await talk(engine) == failed
    assert engine.sent[1:] == [protocol.Listen(hands_free=True)]
    assert len(capsys.readouterr().out.splitlines()) == sum(isinstance(event, protocol.Timings) for event in end)


async def test_turns_that_are_answered_are_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert not await talk(Script((READY, SESSION, IDLE), ANSWERED, ANSWERED), "a.wav", "b.wav")
    assert len(capsys.readouterr().out.splitlines()) == 2
