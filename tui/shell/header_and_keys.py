"""The two lines every screen shares: where you are on top, what you can press below.

Both are drawn in one piece rather than composed of labels: they are the first things painted, and
the bottom one changes with every change of state.
"""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.keys import EVERYWHERE, Key, shown
from tui.text import plain
from tui.theme import GOOD, HERE, KEY

LEAST_LABEL = 12
"""With fewer cells than this left, the recogniser's name is left out rather than cut to nothing."""


def click(action: str) -> Style:
    """A style that runs an action where it is clicked."""
    return Style.from_meta({"@click": action})


class Clickable(Widget):
    """A drawn widget whose parts can be clicked, and still look as they were drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.auto_links = False


class HeaderLine(Clickable):
    """The five modes with the active one underlined, that nothing leaves the machine, and the recogniser."""

    DEFAULT_CSS = "HeaderLine { height: 1; padding: 0 1; background: $surface; color: $text-muted; }"

    recogniser_labels: reactive[tuple[str, ...]] = reactive(())
    """Which recogniser is in use and how good it is, the longest saying first; empty until that is known."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def render(self) -> RenderResult:
        room = self.content_size.width
        parts: list[Content] = []
        for key in EVERYWHERE:
            if key.id.startswith("mode."):
                here = key.id == f"mode.{self.mode}"
                label = f"{key.keys[0]} {key.label}" if here or room >= 56 else key.keys[0]
                parts.append(Content.styled(label, HERE if here else "").stylize(click(key.action)))
        left = Content("   " if room >= 92 else "  ").join(parts)
        right = Content.styled("● offline", GOOD)
        left_over = room - left.cell_length - right.cell_length - 2
        if self.recogniser_labels and left_over >= LEAST_LABEL:
            sayings = [Content(f"  ear: {plain(saying)}") for saying in self.recogniser_labels]
            fits = next((saying for saying in sayings if saying.cell_length <= left_over), sayings[-1])
            right += fits.truncate(left_over, ellipsis=True)
        return left + " " * max(2, room - left.cell_length - right.cell_length) + right


class KeysLine(Clickable):
    """What can be pressed now: the rows of the key table that the screen's `check_action` allows."""

    DEFAULT_CSS = "KeysLine { height: 1; padding: 0 1; background: $surface; color: $text-muted; }"

    writing: reactive[bool] = reactive(False)
    """Whether plain keys are letters just now."""

    def __init__(self, *tables: tuple[Key, ...]) -> None:
        super().__init__()
        self.tables = tables

    def render(self) -> RenderResult:
        first: list[Content] = []
        last: list[Content] = []
        taken = set()
        for key in (key for table in self.tables for key in table if key.foot):
            name = key.writing if self.writing else (key.keys[0] if key.keys else "")
            if not name or name in taken or not self._allowed(key.action):
                continue
            taken.add(name)
            item = Content.assemble((shown(name), KEY), f" {key.label}")
            (last if key in EVERYWHERE else first).append(item.stylize(click(self._target(key.action))))
        space = Content("  ")
        room = self.content_size.width
        while first and space.join(first + last).cell_length > room:
            first.pop()
        while len(last) > 1 and space.join(first + last).cell_length > room:
            last.pop()
        return space.join(first + last).truncate(room, ellipsis=True)

    def _allowed(self, action: str) -> bool:
        return action.startswith("app.") or bool(self.screen.check_action(action.partition("(")[0], ()))

    @staticmethod
    def _target(action: str) -> str:
        return action if action.startswith("app.") else f"screen.{action}"
