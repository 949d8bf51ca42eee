"""What a key means just now, and that none is lost.

Keys are taken in the order in which they are pressed, whatever they do to the screen: those that come
before the card is there wait for it, and those that come while the focus is moving follow it. So `enter
enter enter` accepts three segments, and `f a` followed by letters never runs a command.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import Literal, NamedTuple

from textual import events
from textual.message import Message

from tui.keys import EVERYWHERE, Key
from tui.shell.host import Host

IDLE_SECONDS = 60.0
"""A longer pause between two keys is a pause of the person, not work."""

ALIASES = {"shift+f8": "f20"}
"""Newer terminals say shift and F8; all others send what was once the key F20."""

Taking = Literal["keys", "pick", "choose", "ask", "write"]
"""What keys are just now: commands, a word's letter, an answer, or writing in one of two places."""


@dataclass(frozen=True, slots=True)
class Command:
    """Do this."""

    action: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a word's label."""

    key: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of the answers."""

    key: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer is typed, or is not to be given."""

    keep: bool


@dataclass(frozen=True, slots=True)
class Written:
    """It belongs to where the person writes, though it came elsewhere."""

    event: events.Key


class Nothing(Enum):
    """What means nothing to the screen."""

    HELD = "it waits"
    SWALLOWED = "it does nothing where it came"
    LEFT = "it is for the widget it came to, or for the app"


Meaning = Command | Letter | Chosen | Answered | Written | Nothing


class Effort(NamedTuple):
    """What a person has done since the segment was shown."""

    seconds: float
    """Of the person's time."""
    keystrokes: int


class Keyboard:
    """Says of each key what it means, keeps those that must wait, and counts them.

    Args:
        host: is told when they mean something else.
        keys: the table of the screen's keys.
    """

    @dataclass
    class Changed(Message, bubble=False):
        """Keys are something else from now on."""

    def __init__(self, host: Host, keys: Iterable[Key]) -> None:
        self.taking: Taking = "keys"
        self.spelled = ""
        """What was typed of a word's label."""
        self._host = host
        self.held: deque[events.Key] = deque()
        """Keys that wait for the card."""
        table = tuple(keys)
        self._plain = {name: key.action for key in table for name in key.keys}
        self._writing = {key.writing_key: key.action for key in table if key.writing_key}
        self._elsewhere = {name: key.action for key in EVERYWHERE for name in key.keys}
        self._releasing = False
        self._pressed, self._seconds, self._last_key = 0, 0.0, monotonic()

    def become(self, taking: Taking, spelled: str = "") -> None:
        """Let keys mean this from now on; of a word's label this was typed."""
        self.taking, self.spelled = taking, spelled
        self._host.post_message(self.Changed())

    def take(self, event: events.Key, came_to: Taking, waiting: bool) -> Meaning:
        """What a key means now, or that it is held.

        Args:
            event: the key.
            came_to: which of the places that share the keyboard it came to: the two to write in, or the queue.
            waiting: whether the card is on its way.
        """
        waiting = waiting and self.taking == "keys"
        # Behind keys that wait even a key of another screen's must: it may answer what they are going to ask.
        if self._releasing or self.held or (waiting and _name(event) in self._plain):
            self.held.append(event)
            return Nothing.HELD
        return Nothing.LEFT if waiting else self._meaning(event, came_to)

    def release(self, waiting: Callable[[], bool]) -> Generator[Meaning, None, None]:
        """What the keys mean that waited, one after the other, until one of them has to wait again.

        Close it: until then all keys that come are held behind these.
        """
        if self._releasing:
            return
        self._releasing = True
        try:
            while self.held and not (self.taking == "keys" and waiting()):
                event = self.held.popleft()
                meaning = self._meaning(event, None)
                if meaning is Nothing.LEFT and event.key in self._elsewhere:
                    meaning = Command(self._elsewhere[event.key])
                yield meaning
        finally:
            self._releasing = False

    def drop(self) -> None:
        """Keys that wait for a card which does not come would surprise later."""
        self.held.clear()

    def _meaning(self, event: events.Key, came_to: Taking | None) -> Meaning:
        if self.taking in ("write", "ask") and came_to != self.taking:
            # A copy, because the original is stopped.
            return Written(events.Key(event.key, event.character))
        self._count()
        pressed = _name(event)
        match self.taking:
            case "keys" if pressed in self._plain:
                return Command(self._plain[pressed])
            case "pick" | "choose" if event.is_printable or event.key in ("escape", "enter", *self._plain):
                return Letter(event.key) if self.taking == "pick" else Chosen(event.key)
            case "ask" if event.key in ("enter", "escape"):
                return Answered(event.key == "enter")
            case "write" if pressed in self._writing:
                return Command(self._writing[pressed])
            case "write" | "ask" if event.key in ("tab", "shift+tab"):
                return Nothing.SWALLOWED
        return Nothing.LEFT

    # --- effort -----------------------------------------------------------------------------------

    def begin(self) -> None:
        """A new segment begins."""
        self._pressed, self._seconds, self._last_key = 0, 0.0, monotonic()

    def resume(self) -> None:
        """Time spent elsewhere is not time spent on the segment."""
        self._last_key = monotonic()

    @property
    def effort(self) -> Effort:
        """That since the segment was shown."""
        return Effort(self._seconds + min(monotonic() - self._last_key, IDLE_SECONDS), self._pressed)

    def _count(self) -> None:
        now = monotonic()
        self._seconds += min(now - self._last_key, IDLE_SECONDS)
        self._last_key = now
        self._pressed += 1


def _name(event: events.Key) -> str:
    return ALIASES.get(event.key, event.key)
