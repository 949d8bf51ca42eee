"""What the app has to tell screens that are not in sight."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from typing import Any, Protocol

from textual.message import Message
from textual.screen import Screen

from tui.modes import MODES


class HasScreens(Protocol):
    """The app, as far as it is needed for that."""

    def get_screen_stack(self, mode: str) -> list[Screen[Any]]:
        """The screens of a mode, the lowest first. Raises KeyError for one that was never opened."""


def post_news(app: HasScreens, message: Message) -> None:
    """Post to the screens that want such news, as far as they have been opened."""
    for mode in MODES:
        if isinstance(message, mode.news):
            with suppress(KeyError):
                for screen in app.get_screen_stack(mode.name)[:1]:
                    screen.post_message(copy(message))  # each bubbles on its own
