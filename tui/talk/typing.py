"""Text never runs a command: what somebody types at the conversation, who has not gone to the line, goes there.

While the line has the keyboard every letter is text; without a microphone it has it from the start. With one the
conversation has it, and there a letter may be a command (`r` replays) or begin a word (`repite`). Only what follows
tells, so:

- What is no command is text at once, and so is all that is pasted.
- A letter that is a command waits HOLD_SECONDS. If another character comes meanwhile, both are text, and nothing is
  run; the same one again is somebody who holds `k` down to go up, so it moves, and the next waits.
- Digits, signs and space act at once, unless they follow a letter that waits: no Spanish word begins with those
  that are commands. So does the key that goes to the line, after which all is text anyway.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from textual import events
from textual.timer import Timer

from tui.keys import MEANINGS, Key

HELD_DOWN = {*MEANINGS["up"], *MEANINGS["down"]}


class Typing:
    """Tells text from commands, key by key.

    Args:
        rows: the commands, and their keys.
        wait: calls something after so many seconds, unless that is stopped.
        write: takes text.
        run: does a command.
    """

    HOLD_SECONDS = 0.4
    """From one letter to the next where somebody types 30 words a minute."""

    def __init__(
        self,
        rows: Iterable[Key],
        wait: Callable[[float, Callable[[], Awaitable[None]]], Timer],
        write: Callable[[str], None],
        run: Callable[[str], Awaitable[object]],
    ) -> None:
        self._actions = {name: row.action for row in rows for name in row.keys}
        self._wait, self._write, self._run = wait, write, run
        self._held: events.Key | None = None
        self._timer: Timer | None = None

    @property
    def waits(self) -> bool:
        """Whether a letter waits for what follows."""
        return self._held is not None

    async def take(self, event: events.Key) -> bool:
        """Take a key that came to the conversation; False leaves it to the bindings."""
        held = self._let_go()
        if event.character is None or not event.is_printable:
            if held is not None:
                await self._run(self._actions[held.key])
            return False
        if held is not None and not (held.key == event.key and event.key in HELD_DOWN):
            self._write(f"{held.character}{event.character}")
        elif event.key not in self._actions:
            self._write(event.character)
        elif event.key in MEANINGS["write"]:
            self._write("")
        elif event.character.isalpha():
            if held is not None:
                await self._run(self._actions[held.key])
            self._held, self._timer = event, self._wait(self.HOLD_SECONDS, self._alone)
        else:
            return False
        return True

    async def _alone(self) -> None:
        held = self._let_go()
        if held is not None:
            await self._run(self._actions[held.key])

    def _let_go(self) -> events.Key | None:
        held, self._held = self._held, None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        return held
