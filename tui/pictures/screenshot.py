"""What the app shows, as an SVG that is the same each time and needs nothing beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tui.settings import Settings, save
from tui.theme import THEME

DARK = THEME.name
LIGHT = "textual-light"
STEADY = 0.1
"""Seconds between two looks at a screen, after which it is still; it comes 0.05 s after it was asked for."""


def wear(folder: Path, theme: str) -> None:
    """An app that starts in this data folder has this theme."""
    save(folder, Settings(theme=theme))


async def screenshot(pilot: Pilot[Any]) -> str:
    """The picture of the screen when nothing moves any more."""
    for field in pilot.app.screen.query("Input, TextArea"):
        assert isinstance(field, Input | TextArea)
        field.cursor_blink = False
    before, now = "", _drawn(pilot.app)
    while before != now:
        await pilot.pause(STEADY)
        before, now = now, _drawn(pilot.app)
    return now


def _drawn(app: App[Any]) -> str:
    """Without fonts from the network, and without the ids that Textual makes anew for each."""
    svg = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="Tertulia"), flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # or some viewers close the gaps between words
    return re.sub(r"terminal-\d+-", "terminal-", svg)
