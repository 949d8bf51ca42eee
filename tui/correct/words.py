"""The words of a segment: which is heard just now, which are doubtful, which is chosen.

A doubtful word is underlined and has a `?` before it, or a `!` where a rule warns of it. The letter that
picks a word stands above it, or in a text too long for that, in the place of the space before it: either
way it moves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive

from tui.shell.header_and_keys import Clickable, click
from tui.text import plain
from tui.theme import ACCENT, DOUBT, KEY, MUTED

LETTERS = "asdfghjkl" + "".join(c for c in ascii_lowercase if c not in "asdfghjkl")
"""Letters that pick a word, those under the fingers first."""


def labels(count: int) -> list[str]:
    """A label for each of `count` words: one letter, and two where there are more words than letters.

    No label begins another, so that a word is picked with its last letter and without a further key.
    """
    prefixes = 0
    while len(LETTERS) - prefixes + prefixes * len(LETTERS) < count and prefixes < len(LETTERS):
        prefixes += 1
    single = list(LETTERS[: len(LETTERS) - prefixes])
    double = [first + second for first in LETTERS[len(LETTERS) - prefixes :] for second in LETTERS]
    return (single + double)[:count]


def lines(widths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Which words stand on each line: first, and one past the last; each takes its width and a cell before it."""
    found: list[tuple[int, int]] = []
    first = used = 0
    for place, width in enumerate(widths):
        if place > first and used + width + 1 > room:
            found.append((first, place))
            first, used = place, 0
        used += width + 1
    return [*found, (first, len(widths))] if widths else []


class SegmentText(Clickable):
    """The words, wrapped, with as much air as there is room for."""

    words: reactive[tuple[str, ...]] = reactive(())
    doubtful: reactive[frozenset[int]] = reactive(frozenset())
    """Places of words that may be wrong."""
    warned: reactive[frozenset[int]] = reactive(frozenset())
    """Places of words that a rule warns of."""
    chosen: reactive[int | None] = reactive(None)
    """Place of the word that keys work on."""
    heard: reactive[int | None] = reactive(None)
    """Place of the word that is being heard."""
    picking: reactive[str | None] = reactive(None)
    """What was typed of a label; None while no word is being picked."""
    below: reactive[tuple[Content, ...]] = reactive(())
    """What stands under the words, as far as there is room."""
    empty: reactive[str] = reactive("")
    """What stands there when there are no words."""

    def render(self) -> RenderResult:
        room, height = self.content_size.width, self.content_size.height
        if not self.words:
            return Content.styled(self.empty, MUTED)
        shown = [Content(plain(word)).truncate(max(1, room - 1), ellipsis=True) for word in self.words]
        shown = [self._marked(place, word) for place, word in enumerate(shown)]
        rows = lines([word.cell_length for word in shown], room)
        airy = len(rows) * 2 <= height
        here = self.heard if self.chosen is None else self.chosen
        top = 0
        if len(rows) > height:
            row = next((i for i, (first, last) in enumerate(rows) if here is not None and first <= here < last), 0)
            top = min(max(0, row - height // 2), len(rows) - height)
        names = labels(len(shown)) if self.picking is not None else []
        drawn = [] if airy or len(rows) >= height else [Content("")]
        for first, last in rows[top : top + height]:
            if airy:
                drawn.append(self._above(first, shown[first:last], names))
            near = [] if airy else names
            drawn.append(Content("").join(self._word(place, shown[place], near) for place in range(first, last)))
        below = [line.truncate(room, ellipsis=True) for line in self.below[: max(0, height - len(drawn) - 1)]]
        return Content("\n").join([*drawn, Content(""), *below] if below else drawn)

    def _marked(self, place: int, word: Content) -> Content:
        mark = "?" if place in self.doubtful else "!" if place in self.warned else ""
        return Content.styled(mark, ACCENT) + word.stylize(DOUBT) if mark else word

    def _word(self, place: int, word: Content, names: Sequence[str]) -> Content:
        if place == self.heard:
            word = word.stylize(KEY)
        if place == self.chosen:
            word = word.stylize("reverse")
        if self.picking is not None:
            word = word.stylize(MUTED)
            if names and names[place].startswith(self.picking):
                # The mark of a doubtful word gives way to the label before the space does.
                gap = " " + word[: self._mark_width(place)]
                name = Content.styled(names[place], f"reverse {KEY}")
                covered = name.cell_length - gap.cell_length
                return gap[: max(0, -covered)] + name + word[self._mark_width(place) + max(0, covered) :]
        return " " + word.stylize(click(f"screen.choose_word({place})"))

    def _above(self, first: int, words: Sequence[Content], names: Sequence[str]) -> Content:
        """The labels of a row of words, each over the first letter of its own."""
        line = Content("")
        at = 0
        for place, word in enumerate(words, first):
            at += 1
            if names and names[place].startswith(self.picking or ""):
                line += " " * (at + self._mark_width(place) - line.cell_length)
                line += Content.styled(names[place], f"reverse {KEY}")
            at += word.cell_length
        return line

    def _mark_width(self, place: int) -> int:
        return int(place in self.doubtful or place in self.warned)
