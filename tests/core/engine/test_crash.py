"""When an engine dies, or is told to: the session goes on, and what was said is there."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from core.engine.client import Engine
from core.engine.protocol import (
    Bye,
    Error,
    Hello,
    Listen,
    Say,
    SessionStarted,
    Timings,
    TurnLost,
    TurnStored,
    Warning,
)
from tests.core.engine.driver import Driver, engine, spoken


async def test_a_crash_costs_a_turn_and_not_the_session(tmp_path: Path) -> None:
    async with engine(tmp_path / "data") as app:
        session = app.all(SessionStarted)[0].session
        await app.send(Say("Hola."))
        await app.until(Timings)
        long = spoken(tmp_path / "long.wav", "Me llamo Ana y vivo en Madrid. " * 10)
        await app.send(Listen(file=str(long)))
        turn = (await app.until(TurnStored, origin="spoken")).turn
        pid = app.engine.pid
        assert pid
        os.kill(pid, signal.SIGSEGV)
        await app.send(Say("¿Sigues ahí?"))  # given while there is no engine
        lost = await app.until(TurnLost)
        assert lost.turn == turn
        warning = await app.until(Warning)
        assert "SIGSEGV" in warning.text
        again = await app.until(SessionStarted)
        assert again.session == session
        assert app.engine.pid != pid
        await app.until(Timings)
    assert app.rows("SELECT text, status FROM turns WHERE role = 'learner' ORDER BY position") == [
        ("Hola.", "answered"),
        ("", "lost"),
        ("¿Sigues ahí?", "answered"),
    ]
    assert app.rows("SELECT count(*) FROM sessions") == [(1,)]
    assert b"Segmentation fault" in (app.data / "engine.log").read_bytes()


async def test_an_engine_that_keeps_dying_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    child = Engine(tmp_path / "data", sound=False)
    app = Driver(child, tmp_path / "data")
    await child.start()
    for _ in range(3):
        pid = (await app.until(Hello)).pid
        os.kill(pid, signal.SIGKILL)
    await app.rest()
    last = app.events[-1]
    assert isinstance(last, Error) and last.fatal
    assert "engine.log" in last.text
    await child.close()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_as_quit_does(tmp_path: Path, end: signal.Signals) -> None:
    async with engine(tmp_path / "data") as app:
        pid = app.engine.pid
        assert pid
        await app.send(Say("Adiós."))
        await app.until(TurnStored)
        os.kill(pid, end)
        await app.rest()
        assert isinstance(app.events[-1], Bye)
    assert app.rows("SELECT count(*) FROM turns WHERE text = 'Adiós.'") == [(1,)]
