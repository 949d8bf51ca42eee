"""What the app shows, as an SVG that is the same each time and needs nothing beside it."""

from __future__ import annotations

import re
from typing import Any

from textual.app import App


def screenshot(app: App[Any]) -> str:
    """The picture without fonts from the network, and without the ids that Textual makes anew for each."""
    svg = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="Tertulia"), flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # or some viewers close the gaps between words
    return re.sub(r"terminal-\d+-", "terminal-", svg)
