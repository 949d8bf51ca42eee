"""The app with its real engine and the starter models: what is written is answered, and can be heard again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from tests.patience import PATIENCE
from tui.app import TertuliaApp


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Wait for the engine's next doing to be on screen."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(0.02)


async def test_a_written_turn_is_answered_and_may_be_asked_for_again(tmp_path: Path) -> None:
    app = TertuliaApp(tmp_path, sound=False)
    async with app.run_test() as pilot:
        turns = app.talk.conversation.turns
        await until(pilot, lambda: app.talk.session is not None)
        await until(pilot, lambda: app.talk.conversation.turns and app.talk.status.state == "idle")
        turns = app.talk.conversation.turns
        assert turns[0].role == "tutor" and turns[0].text, "the tutor speaks first"
        await pilot.press(*"Me llamo Ana", "enter")
        await until(pilot, lambda: len(turns) == 3 and turns[2].final and app.talk.status.state == "idle")
        assert [turn.role for turn in turns] == ["tutor", "learner", "tutor"]
        assert turns[1].text == "Me llamo Ana" and turns[2].text

        # Without a loudspeaker, hearing it again is a sentence with a remedy, and nothing else changes.
        await pilot.press("escape", "r")
        await until(pilot, lambda: any("loudspeaker" in toast.message for toast in app._notifications))
        assert app.talk.status.state == "idle" and len(turns) == 3
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    assert app.return_code == 0


async def test_the_engine_is_killed_and_the_session_goes_on(tmp_path: Path) -> None:
    from core.engine.client import Engine

    engine = Engine(tmp_path, sound=False)
    app = TertuliaApp(tmp_path, engine=lambda: engine)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.talk.conversation.turns and app.talk.status.state == "idle")
        session, process = app.talk.session, engine._child
        assert process is not None
        process.signal(signal.SIGKILL)
        await until(pilot, lambda: any("the session goes on" in toast.message for toast in app._notifications))
        await until(pilot, lambda: app.talk.status.state == "starting")
        await until(pilot, lambda: app.talk.status.state == "idle")
        await pilot.press(*"Hola", "enter")
        await until(pilot, lambda: any(turn.text == "Hola" for turn in app.talk.conversation.turns))
        assert app.talk.session == session
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
