"""Replies the learner might give next: a key puts one after the other in the line."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive

from tui.keys import letter, shown
from tui.shell.header_and_keys import Clickable, click
from tui.text import plain
from tui.theme import ACCENT, KEY

MOST = 3


class Suggestions(Clickable):
    """Up to three replies, one a line, on the grid of the conversation."""

    DEFAULT_CSS = "Suggestions { height: auto; color: $text-muted; }"

    replies: reactive[tuple[str, ...]] = reactive((), layout=True)
    """The replies, made safe to show."""
    writing: reactive[bool] = reactive(False)
    """Whether letters are text just now, so that another key goes through the replies."""
    taken: reactive[str] = reactive("")
    """What is in the line just now; a reply that is this one is marked."""

    def show(self, replies: list[str]) -> None:
        """Offer these replies instead of the ones before."""
        kept = [plain(reply) for reply in replies if plain(reply)] if isinstance(replies, list) else []
        self.replies = tuple(kept[:MOST])
        self.set_class(bool(kept), "-some")

    def render(self) -> RenderResult:
        lines = []
        key = shown("down") if self.writing else letter("next offer")
        for i, reply in enumerate(self.replies):
            head = Content.assemble(" Try ", (key, KEY)) if i == 0 else Content("")
            mark = Content.styled("▸ ", ACCENT) if reply == self.taken else Content("  ")
            line = (head.pad_right(7 - head.cell_length) + mark + reply).truncate(
                self.content_size.width, ellipsis=True
            )
            lines.append(line.stylize(click(f"screen.take({i})")))
        return Content("\n").join(lines)
