"""The two lines every screen shares: where you are on top, what you can press below.

Both are drawn in one piece rather than composed of labels: they are the first things painted, and
the bottom one changes with every change of state.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.keys import EVERYWHERE, Key, shown
from tui.modes import MODES, Mode
from tui.text import plain
from tui.theme import GOOD, HERE, KEY

OFFLINE = "● offline"
EAR = "ear: "
NAME_ROOM = 14
"""Cells of what listens and how good it is, below which it is left out."""
WORDS_ROOM = 29
"""Cells that titles of modes leave for it: `ear: starter, hears no people`."""
ALL_ROOM = 51
"""Cells for that and for OFFLINE, at length: where they are left, modes stand farther apart."""


def click(action: str) -> Style:
    """A style that runs an action where it is clicked."""
    return Style.from_meta({"@click": action})


class Clickable(Widget):
    """A drawn widget whose parts can be clicked, and still look as they were drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.auto_links = False


class HeaderLine(Clickable):
    """The modes with the active one underlined, that nothing leaves the machine, and the recogniser."""

    DEFAULT_CSS = "HeaderLine { height: 1; padding: 0 1; background: $surface; color: $text-muted; }"

    recogniser_labels: reactive[tuple[str, ...]] = reactive(())
    """Which recogniser is in use and how good it is, the longest label first; empty until that is known."""

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode

    def render(self) -> RenderResult:
        return header(MODES, self.mode, self.recogniser_labels, self.content_size.width)


def header(modes: Sequence[Mode], here: str, recogniser_labels: Sequence[str], room: int) -> Content:
    """The line on top, never wider than the room.

    Every key and the title of the active mode are always there, as far as a line of text can be, and so is what
    listens and how good it is, in as many words as there is room for. Titles of other modes go before the last of
    those words, the last titles first, for their keys stay; that nothing leaves the machine goes before the words
    are fewer, for it never changes. Where titles stand does not depend on the recogniser.

    Args:
        here: name of the active mode.
        recogniser_labels: what listens and how good it is, the longest first.
        room: cells.
    """
    offline = Content.styled(OFFLINE, GOOD)
    left = _tabs(modes, here, len(modes), "   ")
    if left.cell_length > room - 2 - ALL_ROOM:
        tabs = [_tabs(modes, here, named, "  ") for named in range(len(modes), -1, -1)]
        tabs.append(_tabs(modes, here, 0, " "))
        left = next((one for one in tabs if one.cell_length <= room - 2 - WORDS_ROOM), tabs[-1])
    if left.cell_length > room:
        left = _tabs([mode for mode in modes if mode.name == here], here, 1, "").truncate(room, ellipsis=True)
    left_over = max(0, room - left.cell_length - 2)
    choices = []
    for label in recogniser_labels:
        words = Content(f"{EAR}{plain(label)}")
        choices += [offline + "  " + words, words]
    for words in choices[-1:]:
        choices.append(words.truncate(max(NAME_ROOM, left_over), ellipsis=True))
    right = next(choice for choice in (*choices, offline, Content("")) if choice.cell_length <= left_over)
    return left + " " * (room - left.cell_length - right.cell_length) + right


def _tabs(modes: Sequence[Mode], here: str, named: int, gap: str) -> Content:
    """The keys of all modes, with the titles of the first so many, and of the active one."""
    tabs = []
    for place, mode in enumerate(modes):
        active = mode.name == here
        label = f"{shown(mode.key)} {mode.title}" if active or place < named else shown(mode.key)
        tabs.append(Content.styled(label, HERE if active else "").stylize(click(f"app.mode('{mode.name}')")))
    return Content(gap).join(tabs)


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
            name = key.writing_key if self.writing else (key.keys[0] if key.keys else "")
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
