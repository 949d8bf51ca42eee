"""The conversation: turns as ready lines in a scrolling view that draws only what is seen.

A widget for each turn would make a long session slow (every reply piece would lay out every turn
again), and 500 turns are one evening. Here a change lays out one turn, and a frame draws one screenful.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tui.talk.turn import ShownTurn, lay_out
from tui.text import plain
from tui.theme import ACCENT, MUTED

CURSOR = "▌"
SHORT = 23
"""A terminal of fewer rows than this has no room for empty lines between turns."""


class ConversationView(ScrollView, can_focus=True, inherit_bindings=False):
    """The turns of the session, the newest at the bottom, one of them possibly chosen."""

    DEFAULT_CSS = "ConversationView { scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }"

    chosen: reactive[int | None] = reactive(None)
    """Place of the chosen turn in the list; None follows the newest."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[ShownTurn] = []
        self._place: dict[int, int] = {}
        self._tops: list[int] = []
        self._lines: list[Content] = []
        self._welcome = ""
        self._laid_out_for: tuple[int, bool] = (0, False)

    def on_mount(self) -> None:
        """Stay with the newest turn until the learner scrolls away."""
        self.anchor()

    def clear(self, welcome: str) -> None:
        """Forget every turn; `welcome` stands there until the first one."""
        self.turns, self._place, self._welcome = [], {}, welcome
        self.chosen = None
        self._lay_out_from(0)

    def turn(self, turn_id: int) -> ShownTurn | None:
        """The turn with that id, if it is shown."""
        place = self._place.get(turn_id)
        return None if place is None else self.turns[place]

    def put(self, turn_id: int, role: str, **changes: Any) -> None:
        """Add a turn, or change one; a later revision replaces all that an earlier one said.

        Args:
            turn_id: The turn's id in the store.
            role: learner or tutor; of a turn already shown it is left as it is.
            changes: Fields of Turn. A revision older than the one shown changes nothing.
        """
        place = self._place.get(turn_id)
        revision = changes.get("revision", 1)
        if place is None:
            place = self._place[turn_id] = len(self.turns)
            self.turns.append(ShownTurn(turn_id, role, **changes))
            if role == "learner":
                self.choose(None)
        else:
            turn = self.turns[place]
            if revision < turn.revision:
                return
            if revision > turn.revision:
                turn = ShownTurn(turn_id, turn.role, origin=turn.origin, seconds=turn.seconds)
            self.turns[place] = replace(turn, **changes)
        self._lay_out_from(place)

    def answer_to(self, turn_id: int) -> ShownTurn | None:
        """The tutor's turn that follows a learner's."""
        place = self._place.get(turn_id, len(self.turns)) + 1
        answer = self.turns[place] if place < len(self.turns) else None
        return answer if answer is not None and answer.role == "tutor" else None

    def current(self) -> ShownTurn | None:
        """The chosen turn, or the newest."""
        if not self.turns:
            return None
        return self.turns[-1 if self.chosen is None else self.chosen]

    def choose(self, place: int | None) -> None:
        """Choose the turn at that place, as far as there is one; None goes back to the newest."""
        self.chosen = None if place is None or not self.turns else min(max(place, 0), len(self.turns) - 1)

    def watch_chosen(self, chosen: int | None) -> None:
        if chosen is None:
            self.anchor()
        elif self._tops:
            top, bottom = self._span(chosen)
            if top < self.scroll_offset.y:
                self.scroll_to(y=top, animate=False)
            elif bottom > self.scroll_offset.y + self.size.height:
                self.scroll_to(y=min(top, bottom - self.size.height), animate=False)
        self.refresh()

    def _span(self, place: int) -> tuple[int, int]:
        top = self._tops[place]
        after = self._tops[place + 1] if place + 1 < len(self._tops) else len(self._lines)
        return top, after

    def _lay_out_from(self, place: int) -> None:
        """Make the lines of the turns from `place` on anew."""
        width, airy = self._laid_out_for
        if not width:
            return
        del self._lines[self._tops[place] if place < len(self._tops) else len(self._lines) :]
        del self._tops[place:]
        if not self.turns:
            self._lines = [Content.styled(line, MUTED) for line in self._welcome.splitlines()]
        elif place == 0:
            self._lines = []
        for turn in self.turns[place:]:
            self._tops.append(len(self._lines))
            self._lines += lay_out(turn, width)
            if airy:
                self._lines.append(Content(""))
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Lay everything out for the new width; the newest turn stays in view."""
        self._lay_out_all()

    def _lay_out_all(self) -> None:
        room = (self.scrollable_content_region.width, self.app.size.height >= SHORT)
        if room == self._laid_out_for:
            return
        self._laid_out_for = room
        self._tops, self._lines = [], []
        self._lay_out_from(0)

    def render_line(self, y: int) -> Strip:
        """One line of the view, with the mark of the chosen turn and the text selection."""
        at = self.scroll_offset.y + y
        base = self.visual_style
        line = self._lines[at] if at < len(self._lines) else Content("")
        if self.chosen is not None and self._tops:
            top, bottom = self._span(self.chosen)
            if top <= at < bottom and line.plain.strip():
                line = Content.styled(CURSOR, ACCENT) + line[1:]
        if self.text_selection is not None and (span := self.text_selection.get_span(at)) is not None:
            start, end = span
            style = self.screen.get_visual_style("screen--selection", partial=True)
            line = line.stylize(style, start, len(line) if end == -1 else end)
        strip = Strip(line.render_segments(base), line.cell_length)
        return strip.crop_extend(0, self.size.width, base.rich_style).apply_offsets(0, at)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract("\n".join(line.plain for line in self._lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        at = self.scroll_offset.y + event.y
        for place in range(len(self._tops)):
            top, bottom = self._span(place)
            if top <= at < bottom:
                self.choose(place)

    def spoken_text(self) -> str:
        """The text of the current turn, as it may be copied."""
        turn = self.current()
        return plain(turn.text) if turn else ""
