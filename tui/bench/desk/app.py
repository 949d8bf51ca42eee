"""The real app as the benches drive it: every screen, thread and database, but no engine and no loudspeaker.

Keys come as a terminal's driver brings them, and what is awaited is looked at whenever something has been
painted, so that waiting costs no time of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from textual import events
from textual.keys import _character_to_key
from textual.screen import Screen
from textual.widget import Widget

from tui.app import TertuliaApp
from tui.stand_ins import RecitingEngine, SilentPlayer

if TYPE_CHECKING:  # nothing is imported earlier than the app imports it
    from tui.correct.screen import CorrectScreen

DEADLINE = 60.0
"""Seconds after which what is awaited is taken never to come."""


class BenchApp(TertuliaApp):
    """The app in a data folder, with nobody but the bench at its keys.

    Args:
        folder: the data folder.
    """

    def __init__(self, folder: Path) -> None:
        self.player = SilentPlayer()
        super().__init__(folder, engine=RecitingEngine, player=lambda: self.player)
        self._painted = asyncio.Event()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        self._painted.set()

    @property
    def correct(self) -> CorrectScreen:
        """The Correct screen, which must have been shown."""
        from tui.correct.screen import CorrectScreen

        screen = self.get_screen_stack("correct")[0]
        assert isinstance(screen, CorrectScreen)
        return screen

    def press(self, key: str) -> None:
        """Press a key, named as Textual does, or a character."""
        name = _character_to_key(key) if len(key) == 1 else key
        character = key if len(key) == 1 else None
        self.post_message(events.Key(name, character).set_sender(self))

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for the first painting after which this holds. Raises RuntimeError when it never does.

        Args:
            what: is awaited, for the error's sentence.
        """
        try:
            async with asyncio.timeout(DEADLINE):
                while not condition():
                    self._painted.clear()
                    await self._painted.wait()
        except TimeoutError:
            raise RuntimeError(f"In {DEADLINE:.0f} s the app did not come to {what}.") from None

    async def go_to_correct(self) -> None:
        """Press the key of the Correct screen, and wait for its queue and its card."""
        self.press("2")
        await self.until(self.shows_card, "the Correct screen")

    def shows_card(self) -> bool:
        """Whether the Correct screen shows the chosen segment and every row that is in sight, all of it drawn."""
        if self.current_mode != "correct" or len(self.screen_stack) != 1:
            return False
        screen = self.correct
        if screen.deck.opening or screen.card is None or screen.card.row.id != screen.deck.segment:
            return False
        top = int(screen.queue.scroll_offset.y)
        sight = screen.queue.ids[top : top + screen.queue.size.height]
        parts = (screen.queue, screen.text, screen.waveform, screen.status)
        return all(screen.queue.row(segment) for segment in sight) and all(_drawn(part) for part in parts)


def _drawn(widget: Widget) -> bool:
    """Whether all lines have been drawn since the widget changed."""
    return all(line >= widget.size.height for line in widget._styles_cache._dirty_lines)
