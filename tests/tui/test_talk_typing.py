"""Text on the Talk screen never runs a command, whatever has the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Paste

from core.engine.protocol import Error, Level, Ready, Replay, ReplyText, Say, State, TurnStored
from tests.tui.driver import app_with
from tui.app import TertuliaApp
from tui.pictures.talk import CONVERSATION
from tui.stand_ins import BEGINNING, RecitingEngine


@pytest.mark.parametrize(
    "text", ["que tal", "Hola me llamo Tom", "llamo a ana", "1", "y tú?", "raro: 5 km", "jaja"]
)
async def test_what_is_typed_at_the_conversation_is_text(tmp_path: Path, text: str) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        asked = list(it.engine.asked)
        await it.type(*text)
        if text == "1":  # a sign that no word begins with acts at once
            assert it.talk.input.value == "" and not it.talk.writing
        else:
            assert it.talk.input.value == text and it.talk.writing
        assert it.engine.asked == asked and it.app.screen is it.talk


async def test_a_letter_by_itself_is_a_command_and_one_held_down_is_it_again(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        await it.type("k", "k", "k", "up")
        assert it.talk.conversation.chosen == 1 and it.talk.input.value == ""
        await it.press("r")
        assert it.engine.asked[-1] == Replay(2)


async def test_what_is_pasted_is_text_and_goes_behind_what_is_there(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        it.app.post_message(Paste("quiero\nun café"))
        await it.until(lambda: it.talk.input.value == "quiero un café")
        await it.press("escape", "i")
        it.app.post_message(Paste(",\ngracias"))
        await it.until(lambda: it.talk.input.value == "quiero un café, gracias")
        await it.press("escape", "h")
        assert it.talk.input.value == "quiero un café, graciash"


async def test_without_a_microphone_the_line_is_ready_from_the_start_and_after_each_turn(tmp_path: Path) -> None:
    deaf = Ready("starter-ear", "starter-tutor", "starter-voice", "cpu", True, None, None, 1.2)
    async with app_with(tmp_path, [BEGINNING[0], deaf, BEGINNING[2], State("idle")]) as it:
        await it.press(*"que tal", "enter")
        assert it.engine.asked[-1] == Say("que tal")
        await it.engine_says(State("thinking"))
        await it.press("escape")
        assert not it.talk.writing
        await it.engine_says(TurnStored(2, "tutor", "", "generated"), ReplyText(2, "¿Y tú?", final=True))
        assert it.talk.writing


async def test_where_sound_is_off_the_line_is_ready_before_the_engine_is(tmp_path: Path) -> None:
    app = TertuliaApp(tmp_path, sound=False, engine=lambda: RecitingEngine([]))
    async with app.run_test() as pilot:
        await pilot.press(*"que tal")
        assert app.talk.input.value == "que tal"


async def test_when_the_microphone_fails_one_writes(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, State("idle")]) as it:
        await it.press("space")
        await it.engine_says(State("listening"), Error("The microphone has gone away."), State("idle"))
        assert it.talk.writing and "Write, and press enter" in it.seen()
        await it.press("escape", "space")
        await it.engine_says(State("listening"), Level(0.2, 0.4, 0.9, 1.5, 0.3, 16_000), State("idle"))
        assert not it.talk.writing


async def test_quitting_asks_while_a_conversation_is_open(tmp_path: Path) -> None:
    async with app_with(tmp_path, [*BEGINNING, *CONVERSATION[:-1], State("idle")]) as it:
        await it.press("q")
        await it.until(lambda: "End the conversation and quit?" in it.seen())
        await it.press("u")  # somebody who types slowly
        await it.until(lambda: it.talk.input.value == "qu" and it.app.screen is it.talk)
        await it.press("backspace", "backspace", "escape", "q")
        await it.until(lambda: "End the conversation and quit?" in it.seen())
        await it.press("n", "2", "q")
        await it.until(lambda: "End the conversation and quit?" in it.seen())
        assert not it.engine.closed
        await it.press("y")
        await it.until(lambda: it.engine.closed)
    assert it.app.return_code == 0
