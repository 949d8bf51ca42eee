"""Replies the learner might give next, each with its key."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive

from tui.shell.header_and_keys import Clickable, click
from tui.text import plain
from tui.theme import KEY

LETTERS = "abc"


class Suggestions(Clickable):
    """Up to three replies, one a line, on the grid of the conversation."""

    DEFAULT_CSS = "Suggestions { height: auto; color: $text-muted; }"

    replies: reactive[tuple[str, ...]] = reactive((), layout=True)
    """The replies, made safe to show; at most three."""

    def show(self, replies: list[str]) -> None:
        """Offer these replies instead of the ones before."""
        kept = [plain(reply) for reply in replies if plain(reply)] if isinstance(replies, list) else []
        self.replies = tuple(kept[: len(LETTERS)])
        self.set_class(bool(kept), "-some")

    def render(self) -> RenderResult:
        lines = []
        for i, (letter, reply) in enumerate(zip(LETTERS, self.replies, strict=False)):
            line = Content.assemble(" Try     " if i == 0 else " " * 9, (letter, KEY), f"  {reply}")
            line = line.truncate(self.content_size.width, ellipsis=True)
            lines.append(line.stylize(click(f"screen.suggestion({i})")))
        return Content("\n").join(lines)
