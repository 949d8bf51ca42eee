"""The text of the segment that is shown: what is typed into it, the chosen word, and the draft.

Nothing that was typed is lost: what cannot be stored, or not yet, is kept here and is there again when its
segment is shown again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from core.review.card import Card, CardWord
from store.errors import StoreError
from tui.correct.jobs import Jobs, Said
from tui.shell.host import Host, Stoppable

if TYPE_CHECKING:
    from core.review.desk import Desk

DRAFT_SECONDS = 0.4
"""Pause in typing after which the draft is stored."""


class Taken(NamedTuple):
    """An alternative that was taken."""

    base: Card
    """The card before."""
    word: int
    which: int
    text: str
    """What it made of the text."""
    chosen: int | None
    """The word that is chosen since."""


class TextEditing:
    """The card that is shown, with what is typed into it.

    Args:
        host: is told what changes.
        jobs: stores the drafts.
        written: what stands where the person writes just now; None while nothing is being written.
    """

    @dataclass
    class TextChanged(Message):
        """It is another text."""

    @dataclass
    class WordChosen(Message):
        """Another word is chosen, or none."""

    def __init__(self, host: Host, jobs: Jobs, written: Callable[[], str | None]) -> None:
        self.card: Card | None = None
        """With the text as typed so far; None while it is on its way."""
        self.chosen: int | None = None
        """The word that keys work on."""
        self.changed = False
        """Whether the text was changed since the card was shown."""
        self._host = host
        self._jobs = jobs
        self._written = written
        self._unstored: dict[int, str] = {}
        """Texts that are not stored yet: of a card on its way again, or because storing failed."""
        self._timer: Stoppable | None = None
        self._taken: Taken | None = None

    # --- the card -------------------------------------------------------------------------------

    def show(self, card: Card, again: bool) -> None:
        """Edit this card; what was typed into it and is not stored stays.

        Args:
            card: as it was read.
            again: whether it was shown before, and has changed.
        """
        kept = self._unstored.pop(card.row.id, None)
        self.changed = kept is not None
        self.card = card if kept is None else card.with_text(kept)
        if kept is not None:
            self._begin_timer()
        if not again:
            self.chosen = self._taken = None
        self._keep_in_reach()

    def take_neighbours(self, card: Card) -> None:
        """Others stand around it now."""
        if self.card is not None:
            self.card = replace(self.card, before=card.before, after=card.after)

    def hold(self) -> None:
        """The card is about to change: what is typed so far stays."""
        self.catch_up()
        card = self.card
        if card is not None and self.changed and (card.text != card.shown or self.has_unstored):
            self._unstored[card.row.id] = card.text
            self.settle()
        self.card = None

    def leave(self) -> None:
        """Another segment is about to be shown."""
        self.store_draft()
        self.card = self.chosen = None

    # --- the text -------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Take over what has been written, which is told a moment later."""
        text = self._written()
        if text is not None and self.card is not None and text != self.card.text:
            self.set_text(text)

    def set_text(self, text: str) -> None:
        """The segment's text is this from now on, as a draft."""
        assert self.card is not None
        self.card = self.card.with_text(text)
        self.changed = True
        self._unstored.pop(self.card.row.id, None)
        self._keep_in_reach()
        self._begin_timer()
        self._host.post_message(self.TextChanged())

    def put(self, snippet: str) -> None:
        """Put words in before the chosen one, or at the end."""
        if self.card is not None:
            words = [word.text for word in self.card.words]
            at = len(words) if self.chosen is None else self.chosen
            self.set_text(" ".join([*words[:at], *snippet.split(), *words[at:]]))

    @property
    def offers(self) -> bool:
        """Whether there is another reading to take, or to give back."""
        return self.card is not None and (
            any(word.alternatives for word in self.card.words) or self._just_taken is not None
        )

    def take_alternative(self) -> None:
        """Take the next alternative of the chosen word; after the last one, what stood there."""
        if self.card is None:
            return
        base, word, which = self.card, self.chosen, 0
        if (taken := self._just_taken) is not None:
            base, word, which = taken.base, taken.word, taken.which + 1
        if word is None:
            word = next((i for i, one in enumerate(base.words) if one.alternatives), None)
        if word is None or not base.words[word].alternatives:
            self._host.post_message(Said("There is no other reading of it."))
            return
        self.chosen = word
        if which < len(base.words[word].alternatives):
            text, _ = base.taking(word, which)
            self.set_text(text)
            self._taken = Taken(base, word, which, text, self.chosen)
        else:
            self.set_text(base.text)
            self._taken = None

    @property
    def _just_taken(self) -> Taken | None:
        taken = self._taken
        return taken if taken is not None and self.card is not None and taken.text == self.card.text else None

    # --- the chosen word --------------------------------------------------------------------------

    def choose(self, word: int | None) -> None:
        """Choose a word, or none."""
        self.chosen = word
        self._host.post_message(self.WordChosen())

    def choose_anew(self, word: int) -> None:
        """Choose a word; what was taken from other readings is no longer given back."""
        self._taken = None
        self.choose(word)

    @property
    def offered(self) -> CardWord | None:
        """The chosen word with its alternatives, as it was before one of them was taken."""
        if self.card is None or self.chosen is None:
            return None
        taken = self._just_taken
        if taken is not None and taken.chosen == self.chosen:
            return taken.base.words[taken.word]
        return self.card.words[self.chosen]

    def word_heard(self, moment: float | None) -> int | None:
        """The word at so many seconds from the segment's start."""
        if self.card is None or moment is None:
            return None
        return next((i for i, word in enumerate(self.card.words) if word.start <= moment < word.end), None)

    def doubt_from(self, here: int, step: int, itself: bool = False) -> int | None:
        """The next doubtful word after `here`, or before it where `step` is -1; beyond the last the first.

        Args:
            here: place of a word.
            step: 1 or -1.
            itself: whether the word at `here` is one to come to.
        """
        doubts = sorted(doubtful(self.card) | warned(self.card)) if self.card is not None else []
        ahead = [i for i in doubts if i > here] if step > 0 else [i for i in reversed(doubts) if i < here]
        if itself and here in doubts:
            return here
        return next(iter(ahead or doubts[::step]), None)

    def _keep_in_reach(self) -> None:
        if self.card is not None and self.chosen is not None and self.chosen >= len(self.card.words):
            self.chosen = len(self.card.words) - 1 if self.card.words else None

    # --- the draft ------------------------------------------------------------------------------

    @property
    def has_unstored(self) -> bool:
        """Whether the draft of what is shown is still to be stored."""
        return self._timer is not None

    def store_draft(self) -> None:
        """Store what is typed so far; it is on its way when this returns."""
        self.catch_up()
        if self._timer is None or self.card is None:
            return
        self.settle()
        card = self.card
        self._jobs.start(self._keep_draft(card, self._jobs.worker.do(lambda desk: desk.draft(card, card.text))))

    async def _keep_draft(self, card: Card, job: Awaitable[None]) -> None:
        try:
            await job
        except StoreError:
            if self.card is None or self.card.row.id != card.row.id or self.card.text == card.text:
                self.keep(card.row.id, card.text)
            raise

    def settle(self) -> None:
        """What is typed is stored otherwise than by pausing."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def keep(self, segment: int, text: str) -> None:
        """This could not be stored: it is still there when its segment is shown again."""
        self._unstored[segment] = text

    def drop(self, segment: int) -> None:
        """What was kept of it is stored by now."""
        self._unstored.pop(segment, None)

    def drop_all(self) -> None:
        """What was kept is about segments that are no more."""
        self._unstored.clear()

    async def close(self) -> None:
        """Store what is being typed before the database is closed, as far as it can be."""
        card, written = self.card, self._written()
        if card is not None and (self.has_unstored or written not in (None, card.text)):
            self.keep(card.row.id, card.text if written is None else written)
        for segment, text in self._unstored.items():
            with suppress(StoreError):
                await self._jobs.worker.do(_draft(segment, text))

    def _begin_timer(self) -> None:
        if self._timer is None:
            self._timer = self._host.set_timer(DRAFT_SECONDS, self.store_draft)


def _draft(segment: int, text: str) -> Callable[[Desk], None]:
    return lambda desk: desk.draft(desk.card(segment), text)


def doubtful(card: Card) -> frozenset[int]:
    """The words that may be wrong."""
    return frozenset(i for i, word in enumerate(card.words) if word.doubtful)


def warned(card: Card) -> frozenset[int]:
    """The words a rule warns of, as long as the text is the one it looked at."""
    if card.text != card.shown:
        return frozenset()
    spans = [warning.span for warning in card.warnings if warning.span is not None]
    words = enumerate(word_spans(card.text))
    return frozenset(i for i, (first, last) in words if any(a < last and first < b for a, b in spans))


def word_spans(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"\S+", text)]


def word_at(text: str, place: int) -> int | None:
    """The word at or after a character; None after the last."""
    return next((i for i, (_, end) in enumerate(word_spans(text)) if end >= place), None)


def core_span(text: str, word: int) -> tuple[int, int]:
    """The characters of a word without the punctuation around it, which seldom needs typing again."""
    first, last = word_spans(text)[word]
    core = re.search(r"\w(?:.*\w)?", text[first:last])
    return (first + core.start(), first + core.end()) if core else (first, last)
