"""The sections of a screen in one line: the one you are in is underlined, those in sight are strong."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive

from tui.shell.header_and_keys import Clickable, click
from tui.text import plain
from tui.theme import HERE, STRONG


class SectionTabs(Clickable):
    """Names at the left; at the right a summary, as far as there is room."""

    DEFAULT_CSS = "SectionTabs { height: 1; padding: 0 1; color: $text-muted; }"

    names: reactive[tuple[str, ...]] = reactive(())
    here: reactive[int] = reactive(0)
    in_sight: reactive[range] = reactive(range(0))
    summary: reactive[tuple[str, ...]] = reactive(())
    """What matters most first."""

    def render(self) -> RenderResult:
        room = self.content_size.width
        items: list[Content] = []
        for place, name in enumerate(self.names):
            style = HERE if place == self.here else STRONG if place in self.in_sight else ""
            label = Content.styled(plain(name), style)
            items.append(label.stylize(click(f"screen.section({place})")))
        left = Content("  ").join(items)
        parts = list(self.summary)
        while parts and left.cell_length + 3 + sum(len(part) + 3 for part in parts) - 3 > room:
            parts.pop()
        right = plain(" · ".join(parts))
        if left.cell_length <= room:
            return left + " " * max(0, room - left.cell_length - len(right)) + right
        # Where it is too narrow for all names, the one that matters is there.
        return (items[self.here] + f"  {self.here + 1} of {len(items)}").truncate(room, ellipsis=True)
