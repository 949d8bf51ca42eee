"""What is known about a segment, in a few quiet lines around its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.text import plain
from tui.theme import ACCENT, FAINT, KEY, MUTED, STRONG

if TYPE_CHECKING:
    from core.review.card import Card

MOST_WARNINGS = 2
STATUS = {"new": "not corrected yet"}


class Lines(Widget):
    """Lines of text; as high as they are many, up to what the style sheet allows."""

    DEFAULT_CSS = "Lines { height: auto; }"

    lines: reactive[tuple[Content, ...]] = reactive(())

    wrapped: reactive[bool] = reactive(False, layout=True)
    """Whether long lines go on below rather than being cut."""

    def watch_lines(self) -> None:
        """Have the screen laid out anew only when there are more rows, or fewer: it costs more than the text."""
        room, height = self.content_size, self.styles.height
        grows = height is None or height.is_auto
        if grows and (not room.width or len(self._laid_out(room.width)) != room.height):
            self.refresh(layout=True)

    def render(self) -> RenderResult:
        return Content("\n").join(self._laid_out(self.content_size.width))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return len(self._laid_out(width))

    def _laid_out(self, room: int) -> list[Content]:
        if self.wrapped:
            return [part for line in self.lines for part in line.wrap(max(1, room))]
        return [line.truncate(room, ellipsis=True) for line in self.lines]


def around(rows: Sequence[tuple[str, str]], ahead: bool) -> tuple[Content, ...]:
    """The segments before or after: who said what, dimmed, with an arrow to the side they lie on."""
    arrow = "↓ " if ahead else "↑ "
    return tuple(
        Content.assemble((arrow, FAINT), (f"{plain(who)}: " if who else "", MUTED), (plain(text) or "…", MUTED))
        for who, text in rows
    )


def readings(word: str, alternatives: Sequence[str], other: str, key: str) -> tuple[Content, ...]:
    """What else may have been said: for the chosen word, and as another recogniser heard it all.

    Args:
        key: what takes an alternative; empty where no key does.
    """
    found = []
    if alternatives:
        choices = [Content(plain(choice) or "(nothing)") for choice in alternatives]
        rest = Content.styled(" · ", MUTED).join(choices)
        found.append(Content.assemble((f"{key} " if key else "", KEY), (f"{plain(word)} → ", MUTED)) + rest)
    if other:
        found.append(Content.assemble(("other ear: ", MUTED), plain(other)))
    return tuple(found)


def about(card: Card) -> tuple[Content, ...]:
    """Who, how long and how it sounds; why it is its turn; what may be wrong with it."""
    row = card.row
    parts = [plain(row.speaker) or "no speaker", f"{row.seconds:.1f} s", STATUS.get(row.status, row.status)]
    if row.reason:
        parts[-1] += f": {plain(row.reason)}"
    parts += [warning.code for warning in card.warnings if warning.brief]
    if row.split:
        parts.append(row.split)
    line = Content(" · ").join([Content.styled(parts[0], STRONG), *(Content(part) for part in parts[1:])])
    found = [line]
    if row.note:
        found.append(Content.assemble(("note: ", MUTED), plain(row.note)))
    if card.why:
        found.append(Content.styled(plain(card.why), MUTED))
    # One of a kind: the words that the others are about are marked in the text.
    sentences = [warning for warning in card.warnings if not warning.brief]
    kinds = {warning.code: plain(warning.sentence) for warning in reversed(sentences)}
    shown = list(kinds.values())[::-1][:MOST_WARNINGS]
    found += [Content.assemble(("! ", ACCENT), sentence) for sentence in shown]
    if len(sentences) > len(shown):
        found[-1] += Content.styled(f"  (+{len(sentences) - len(shown)})", MUTED)
    return tuple(found)
