"""The line under the header: what this session is, whether the starter listens, and what is wrong."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.keys import letter
from tui.text import plain
from tui.theme import BAD

WHERE = f"{letter('mode.models')}, then {letter('everyday')}"
STARTER = (
    f"! The starter understands no people: {WHERE}, fetches models that do",
    f"! It understands no people yet: {WHERE}, helps",
    f"! understands no people: {WHERE}",
)
"""The same warning for wide and for narrow screens."""


class SessionLine(Widget):
    """Title and level at the left, at the right what the starter cannot do; trouble, if any, below."""

    DEFAULT_CSS = "SessionLine { height: auto; max-height: 6; padding: 0 1; color: $text-muted; }"

    title: reactive[str] = reactive("Tertulia")
    starter: reactive[bool] = reactive(False)
    """Whether the recogniser is the built-in one."""
    trouble: reactive[str] = reactive("", layout=True)
    """A sentence with its remedy, shown until it is taken back."""

    def render(self) -> RenderResult:
        room = self.content_size.width
        line = Content(plain(self.title))
        for warning in STARTER if self.starter else ():
            gap = room - line.cell_length - len(warning)
            if gap >= 2:
                line = line + " " * gap + warning
                break
        line = line.truncate(room, ellipsis=True)
        return Content.assemble(line, "\n", (f"! {plain(self.trouble)}", BAD)) if self.trouble else line
