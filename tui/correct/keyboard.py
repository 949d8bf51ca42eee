"""The third layer of the Correct screen: what a key means just now, and that none is lost.

Keys are taken in the order in which they are pressed, whatever they do to the screen: those that come
before the card is there wait for it, and those that come while the focus is moving follow it. So `enter
enter enter` accepts three segments, and `f a` followed by letters never runs a command.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Literal

from textual import events
from textual.widget import Widget

from tui.correct.about import Lines
from tui.correct.choices import Answer, AskLine, Choices
from tui.correct.editor import SegmentEditor
from tui.correct.playback import SoundScreen
from tui.keys import EVERYWHERE
from tui.shell.header_and_keys import KeysLine

IDLE_SECONDS = 60.0
"""A longer pause between two keys is a pause of the person, not work."""

ALIASES = {"shift+f8": "f20"}
"""Newer terminals say shift and F8; all others send what was once the key F20."""

Taking = Literal["keys", "pick", "choose", "ask", "write"]
"""What keys are just now: commands, a word's letter, an answer, or writing in one of two places."""


class KeyboardScreen(SoundScreen):
    """A queue whose segments can be heard, worked by keys alone."""

    def __init__(self) -> None:
        super().__init__()
        self.taking: Taking = "keys"
        self.editor = SegmentEditor(self.take_key)
        self.readings = Lines(id="readings")
        """What else may have been said, while writing; else it stands under the words."""
        self.choices = Choices()
        self.ask_line = AskLine(self.take_key)
        self._plain = {name: key.action for key in self.KEYS for name in key.keys}
        self._writing = {key.writing: key.action for key in self.KEYS if key.writing}
        self._elsewhere = {name: key.action for key in EVERYWHERE for name in key.keys}
        self._held: deque[events.Key] = deque()
        """Keys that wait for the card."""
        self._releasing = False
        self._answer: Callable[[str], None] = lambda answer: None
        self._pressed, self._seconds, self._last_key = 0, 0.0, monotonic()

    async def take_key(self, event: events.Key, widget: Widget) -> bool:
        """Take a key that came to one of the widgets that share the keyboard; False leaves it to the widget."""
        waiting = self.taking == "keys" and self._waiting()
        # Behind keys that wait even a key of another screen's must: it may answer what they are going to ask.
        if self._releasing or self._held or (waiting and ALIASES.get(event.key, event.key) in self._plain):
            self._held.append(event)
            return True
        return not waiting and await self._dispatch(event, widget)

    def _waiting(self) -> bool:
        return self.card is None and (self.opening or self.segment is not None)

    def release_keys(self) -> None:
        """The card is there: do what was asked of it meanwhile."""
        if self._held:
            self.call_next(self._release)

    def drop_keys(self) -> None:
        """Keys that wait for a card which does not come would surprise later."""
        self._held.clear()

    async def _release(self) -> None:
        if self._releasing:
            return
        self._releasing = True
        try:
            while self._held and not (self.taking == "keys" and self._waiting()):
                event = self._held.popleft()
                if not await self._dispatch(event, None):
                    await self._run(self._elsewhere.get(event.key))
        finally:
            self._releasing = False

    async def _dispatch(self, event: events.Key, widget: Widget | None) -> bool:
        writing = {"write": self.editor, "ask": self.ask_line}.get(self.taking)
        if writing is not None and widget is not writing:
            # After the letters that are on their way there already; a copy, because the original is stopped.
            writing._forward_event(events.Key(event.key, event.character))
            return True
        now = monotonic()
        self._seconds += min(now - self._last_key, IDLE_SECONDS)
        self._last_key = now
        self._pressed += 1
        self.say("")
        pressed = ALIASES.get(event.key, event.key)
        match self.taking:
            case "keys":
                return await self._run(self._plain.get(pressed))
            case "pick" | "choose" if event.is_printable or event.key in ("escape", "enter", *self._plain):
                (self._picked if self.taking == "pick" else self._chosen)(event.key)
                return True
            case "ask" if event.key in ("enter", "escape"):
                self._asked(event.key == "enter")
                return True
            case "write" if pressed in self._writing:
                return await self._run(self._writing[pressed])
            case "write" | "ask" if event.key in ("tab", "shift+tab"):
                return True
        return False

    async def _run(self, action: str | None) -> bool:
        return action is not None and await self.app.run_action(action, self)

    def take(self, taking: Taking) -> None:
        """Let keys mean this from now on, and show what belongs to it."""
        self.taking = taking
        self.text.display, self.editor.display = taking != "write", taking == "write"
        self.readings.display = taking == "write"
        self.choices.display, self.ask_line.display = taking in ("choose", "ask"), taking == "ask"
        self.text.picking = "" if taking == "pick" else None
        self.status.mode = {"write": "writing", "pick": "which word?"}.get(taking, "")
        keyboard = {"write": self.editor, "ask": self.ask_line}.get(taking, self.queue)
        self.set_focus(keyboard)
        self.query_one(KeysLine).writing = taking != "keys"
        self.query_one(KeysLine).refresh()

    def choose(self, title: str, choices: Iterable[Answer], then: Callable[[str], None]) -> None:
        """Ask for one of these; `then` gets the key of the answer."""
        self.choices.title, self.choices.choices, self._answer = title, tuple(choices), then
        self.take("choose")

    def ask(self, title: str, value: str, then: Callable[[str], None], label: str = "keep") -> None:
        """Ask for some words; `then` gets them when enter is pressed, which `label` says in a word."""
        self.choices.title, self.choices.choices, self._answer = title, (Answer("enter", label),), then
        self.ask_line.value = value
        self.ask_line.cursor_position = len(value)
        self.take("ask")

    def _chosen(self, key: str) -> None:
        if key == "escape":
            self.take("keys")
        elif any(choice.key == key for choice in self.choices.choices):
            self.take("keys")
            self._answer(key)

    def _asked(self, keep: bool) -> None:
        words = self.ask_line.value
        with self.app.batch_update():  # one picture of the line's going and what comes of it
            self.take("keys")
            if keep:
                self._answer(words)

    def failed(self, sentence: str) -> None:
        """Say so; what was to follow is not done."""
        self.drop_keys()
        super().failed(sentence)

    # --- effort -----------------------------------------------------------------------------------

    def on_screen_resume(self) -> None:
        """Time spent elsewhere is not time spent on the segment."""
        self._last_key = monotonic()

    def reset_effort(self) -> None:
        """A new segment begins."""
        self._pressed, self._seconds, self._last_key = 0, 0.0, monotonic()

    def effort(self) -> tuple[float, float, int]:
        """Seconds listened, seconds of the person's time and keys pressed since the card was shown."""
        pause = min(monotonic() - self._last_key, IDLE_SECONDS)
        return self.listened(), self._seconds + pause, self._pressed

    # --- what the layers above do -----------------------------------------------------------------

    def _picked(self, key: str) -> None:
        """A letter of a word's label."""
        raise NotImplementedError
