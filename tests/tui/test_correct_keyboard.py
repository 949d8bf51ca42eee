"""What keys mean at the Correct screen, and which of them wait."""

from __future__ import annotations

from contextlib import closing

from textual import events

from tests.tui.correct_host import Host
from tui.correct.keyboard import Answered, Chosen, Command, Keyboard, Letter, Meaning, Nothing, Taking, Written
from tui.correct.keys import CORRECT


def key(name: str) -> events.Key:
    return events.Key(name, name if len(name) == 1 else None)


def take(keyboard: Keyboard, name: str, came_to: Taking = "keys", waiting: bool = False) -> Meaning:
    return keyboard.take(key(name), came_to, waiting)


def test_the_same_key_means_something_else_in_each_mode() -> None:
    host = Host()
    keyboard = Keyboard(host, CORRECT)
    assert take(keyboard, "f") == Command("pick")
    assert take(keyboard, "1") is Nothing.LEFT
    keyboard.become("pick")
    assert take(keyboard, "f") == Letter("f")
    keyboard.become("choose")
    assert take(keyboard, "f") == Chosen("f")
    keyboard.become("ask")
    assert take(keyboard, "f", "ask") is Nothing.LEFT
    assert take(keyboard, "enter", "ask") == Answered(True)
    keyboard.become("write")
    assert take(keyboard, "f", "write") is Nothing.LEFT
    assert take(keyboard, "enter", "write") == Command("accept")
    assert take(keyboard, "tab", "write") is Nothing.SWALLOWED
    assert host.kinds() == [Keyboard.Changed] * 4
    assert keyboard.effort.keystrokes == 9


def test_a_letter_that_comes_before_the_focus_has_moved_goes_where_one_writes() -> None:
    keyboard = Keyboard(Host(), CORRECT)
    keyboard.become("write")
    meaning = take(keyboard, "x", came_to="keys")
    assert isinstance(meaning, Written) and meaning.event.character == "x"
    assert keyboard.effort.keystrokes == 0, "it is counted where it arrives"


def test_keys_wait_for_the_card_and_those_behind_them_too() -> None:
    keyboard = Keyboard(Host(), CORRECT)
    assert take(keyboard, "1", waiting=True) is Nothing.LEFT, "another screen needs no card"
    for name in ("f", "1", "enter"):
        assert take(keyboard, name, waiting=True) is Nothing.HELD
    assert take(keyboard, "x", waiting=False) is Nothing.HELD, "behind those that wait already"
    done: list[Meaning] = []
    with closing(keyboard.release(lambda: len(done) == 3)) as meanings:
        for meaning in meanings:
            assert take(keyboard, "y") is Nothing.HELD, "nothing overtakes what is being released"
            keyboard.held.pop()
            done.append(meaning)
    assert done == [Command("pick"), Command("app.mode('talk')"), Command("accept")]
    assert [event.key for event in keyboard.held] == ["x"], "the card is on its way again"


def test_what_is_asked_meanwhile_is_answered_by_what_waits() -> None:
    keyboard = Keyboard(Host(), CORRECT)
    for name in ("p", "1"):
        take(keyboard, name, waiting=True)
    done: list[Meaning] = []
    with closing(keyboard.release(lambda: False)) as meanings:
        for meaning in meanings:
            done.append(meaning)
            keyboard.become("choose" if meaning == Command("speaker") else "keys")
    assert done == [Command("speaker"), Chosen("1")]
