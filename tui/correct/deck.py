"""The queue of segments: which there are and in which order, the card of the chosen one, and what others change.

The first page is there before the whole order is known; the next cards are fetched before they are
asked for. An answer about a segment that has been left is kept for later and changes nothing.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from textual.message import Message

from core.review.card import Card
from store.errors import StoreError
from store.segments import queue
from store.segments.edits import ActionDone
from store.segments.queue import SegmentRow, View
from tui.correct import reads
from tui.correct.jobs import Jobs
from tui.shell.host import Host, Stoppable

KEPT_CARDS = 32
AHEAD = 3
"""Cards that are fetched before they are asked for."""
SETTLED_SECONDS = 0.1
"""What is not asked for waits so long: whoever holds a key down gets what is asked for first."""
POLL_SECONDS = 1.0
"""How often to look for what other processes changed."""
ACCEPTED_TILL_REORDER = 10
"""Acceptances after which the rest of the queue is put in order again: each teaches what costs time."""
ACCEPTED_TILL_LEARNT = 25
"""Acceptances after which the expected errors of all other segments are computed again, by what these taught."""


class Deck:
    """The segments of a view, one of them chosen.

    Args:
        host: is told what happens by itself.
        jobs: reads the database.
    """

    @dataclass
    class Changed(Message, bubble=False):
        """There are other segments, or they are in another order."""

    @dataclass
    class Moved(Message, bubble=False):
        """Another one is chosen."""

    @dataclass
    class CardArrived(Message, bubble=False):
        """The card of the chosen segment is there."""

    @dataclass
    class Emptied(Message, bubble=False):
        """There is no segment to choose."""

    @dataclass
    class CardFetched(Message, bubble=False):
        """A card has come that is shown now or soon."""

        card: Card

    @dataclass
    class RowsFetched(Message, bubble=False):
        """Lines of the queue have come."""

        rows: list[SegmentRow]

    @dataclass
    class SegmentsChanged(Message, bubble=False):
        """What was known of these is out of date."""

        segments: frozenset[int]

    @dataclass
    class NeighboursChanged(Message, bubble=False):
        """What is said before and after the chosen segment has changed."""

    @dataclass
    class ChangedElsewhere(Message, bubble=False):
        """Another process changed the chosen segment."""

        segment: int

    def __init__(self, host: Host, jobs: Jobs) -> None:
        self.view = View()
        self.title = ""
        """What the view is called, where it has a name."""
        self.blind = False
        """Whether this is a second look, which hides the first one's text."""
        self.ids: array[int] = array("q")
        """The segments in their order."""
        self.counted = True
        """Whether these are all there are."""
        self.place = 0
        """Of the chosen segment in these."""
        self.segment: int | None = None
        """The chosen segment."""
        self.card: Card | None = None
        """Its card as it was read; None while it is on its way."""
        self.again = False
        """Whether it was there before and has changed."""
        self.opening = False
        """Whether a list is on its way."""
        self.page = 1
        """Segments in sight: those a page away are fetched too."""
        self._host = host
        self._jobs = jobs
        self._cards: OrderedDict[int, Card] = OrderedDict()
        self._fetching: set[int] = set()
        self._loads = 0
        """Grows with every other list, so that an order asked for earlier is not taken for it."""
        self._later: Stoppable | None = None
        """Fetches what will be asked for soon."""
        self._marker: queue.Marker | None = None
        self._accepted = 0

    # --- the list -------------------------------------------------------------------------------

    def turn_to(self, view: View, title: str = "", blind: bool = False) -> None:
        """Leave these segments for others, which `load` fetches."""
        self.view = replace(view, cost=self.view.cost)  # as it was last known; the order of the rest looks again
        self.title, self.blind = title, blind
        self._loads += 1
        self._cards.clear()
        self.card, self.segment = None, None
        self.opening = self._jobs.is_open

    async def load(self) -> None:
        """Fetch the first page, and choose the first segment of it. Raises StoreError."""
        load, view, blind = self._loads, self.view, self.blind
        try:
            # After all that was done before, or the card would be an older one.
            found = await self._jobs.worker.do(lambda desk: reads.opened(desk, view, blind))
        finally:
            if load == self._loads:
                self.opening = False
        if load != self._loads:
            return
        self.view, self.ids = found.view, found.ids
        self.counted = len(found.ids) < reads.FIRST_PAGE
        self._host.post_message(self.RowsFetched(found.rows))
        if found.card is not None:
            self._keep(found.card)
        self.go(0)
        self._host.post_message(self.Changed())
        if self._marker is None:
            self._jobs.start(self._watch())
        if not self.counted:
            self._host.set_timer(SETTLED_SECONDS, lambda: self._jobs.start(self.reorder()))

    async def reorder(self) -> None:
        """Put all that comes after the chosen segment in order anew; what was passed stays where it is.

        Raises StoreError.
        """
        load, shown, place = self._loads, self.view, self.place
        view = await self._jobs.worker.read(lambda desk: reads.costed(desk, shown))
        passed = self.ids[: place + 1]
        ids = await self._jobs.worker.read(lambda desk: reads.with_rest(desk, view, passed))
        if load != self._loads:
            return
        if self.ids[: len(passed)] != passed or self.place >= max(1, len(passed)):
            await self.reorder()  # moved on meanwhile
            return
        self.view, self.ids = view, ids
        self.counted = not (view.search and len(ids) >= queue.MOST_FOUND)
        self._host.post_message(self.Changed())
        if self.segment is None:
            self.go(0)
        else:
            self._prefetch()

    async def find(self, segments: Iterable[int]) -> int:
        """The place of the first of these that is not retired; retired ones leave the list. Raises StoreError."""
        asked = list(segments)
        rows = await self._jobs.worker.do(lambda desk: queue.rows(desk.store, asked))
        gone = [row.id for row in rows if row.status == "retired"]
        alive = [row.id for row in rows if row.status != "retired"]
        here = self.ids
        if gone or any(segment not in here for segment in alive):
            self._replace(gone, [segment for segment in alive if gone or segment not in here])
        return self.ids.index(alive[0]) if alive else self.place

    def _replace(self, gone: Iterable[int], come: Iterable[int]) -> None:
        """Segments that are retired leave the list, and those that took their place stand there."""
        ids, place, new = self.ids[:], self.place, list(come)
        for segment in (*gone, *new):
            with suppress(ValueError):
                at = ids.index(segment)
                del ids[at]
                place -= at < place
        ids[place:place] = array("q", new)
        self._loads += 1
        self.ids, self.place = ids, min(place, max(0, len(ids) - 1))
        self._host.post_message(self.Changed())
        if not self.counted:
            self._jobs.start(self.reorder())  # the one that was on its way knows nothing of these

    def fetch_rows(self, ids: list[int]) -> None:
        """Fetch lines of the queue."""
        self._jobs.start(self._fetch_rows(ids))

    async def _fetch_rows(self, ids: list[int]) -> None:
        rows = await self._jobs.worker.do(lambda desk: queue.rows(desk.store, ids))
        self._host.post_message(self.RowsFetched(rows))

    # --- the card -------------------------------------------------------------------------------

    def go(self, place: int) -> None:
        """Choose the segment at that place, as far as there is one; its card arrives."""
        self.card, self.again = None, False
        self.place = min(max(place, 0), max(0, len(self.ids) - 1))
        if self.ids:
            self.segment = int(self.ids[self.place])
            self._host.post_message(self.Moved())
            self._ask(self.segment)
        else:
            self.segment = None
            self._host.post_message(self.Emptied())

    def hold(self) -> None:
        """The card is about to change: none is there until the new one arrives."""
        self.card = None

    def reload(self) -> None:
        """Fetch the chosen card anew, because it has changed."""
        self.hold()
        if self.segment is not None:
            self._cards.pop(self.segment, None)
            self.again = True
            self._ask(self.segment)

    def outdate(self, segment: int) -> None:
        """Something is about to be done with this segment; whoever comes back must see what came of it."""
        self._cards.pop(segment, None)

    def outdate_all(self) -> None:
        """Something was done with many."""
        self._cards.clear()

    def _ask(self, segment: int) -> None:
        if (card := self._cards.get(segment)) is not None:
            self._arrived(card)
        elif segment not in self._fetching:
            self._fetching.add(segment)
            self._jobs.start(self._fetch(segment))

    async def _fetch(self, segment: int) -> None:
        load, view, blind = self._loads, self.view, self.blind
        try:
            card = await self._jobs.worker.do(lambda desk: reads.card(desk, segment, view, blind))
        except StoreError:
            if segment == self.segment:
                raise
            return
        finally:
            self._fetching.discard(segment)
        if blind != self.blind or (load != self._loads and segment != self.segment):
            return
        self._keep(card)
        if segment == self.segment and self.card is None:
            self._arrived(card)

    def _keep(self, card: Card) -> None:
        self._cards[card.row.id] = card
        while len(self._cards) > KEPT_CARDS:
            self._cards.popitem(last=False)
        self._host.post_message(self.CardFetched(card))

    def _arrived(self, card: Card) -> None:
        self.card = card
        self._host.post_message(self.CardArrived())
        self._prefetch()

    def _prefetch(self) -> None:
        """Fetch the cards around the chosen one, and those a page away, once the person stays."""
        if self._later is not None:
            self._later.stop()
        self._later = self._host.set_timer(SETTLED_SECONDS, self._fetch_around)

    def _fetch_around(self) -> None:
        place, page = self.place, self.page
        near = (*range(place + 1, place + 1 + AHEAD), place - 1, place + page, place - page)
        for segment in (int(self.ids[at]) for at in near if 0 <= at < len(self.ids)):
            if segment not in self._cards and segment not in self._fetching:
                self._fetching.add(segment)
                self._jobs.start(self._fetch(segment))

    # --- what changes ---------------------------------------------------------------------------

    def stored(self, done: ActionDone) -> None:
        """An action is on disk: what it changed is out of date, and every so often it taught something."""
        self.forget(done.segments)
        if done.action.kind in ("accept", "correct"):
            self._accepted += 1
            if self._accepted % ACCEPTED_TILL_REORDER == 0:
                self._jobs.start(self.reorder())
            if self._accepted % ACCEPTED_TILL_LEARNT == 0:
                self._jobs.start(self._update_expected_errors())

    async def _update_expected_errors(self) -> None:
        if await self._jobs.worker.update_expected_errors():
            await self.reorder()

    def forget(self, segments: Iterable[int]) -> None:
        """These have changed: what is known of them is out of date."""
        changed = frozenset(segments)
        self._host.post_message(self.SegmentsChanged(changed))
        for segment, card in list(self._cards.items()):
            if changed & {segment, *_around(card)}:
                del self._cards[segment]
        if self.card is not None and changed & _around(self.card):
            self._jobs.start(self._renew_neighbours(self.card.row.id))

    async def _renew_neighbours(self, segment: int) -> None:
        """What stands around the chosen segment has changed; what is typed into it has not."""
        view = self.view
        fresh = await self._jobs.worker.do(lambda desk: desk.card(segment, view))
        if self.card is not None and self.card.row.id == segment:
            self.card = replace(self.card, before=fresh.before, after=fresh.after)
            self._host.post_message(self.NeighboursChanged())

    @property
    def is_watching(self) -> bool:
        """Whether what others change will be seen."""
        return self._marker is not None

    async def _watch(self) -> None:
        self._marker, _ = await self._jobs.worker.read(lambda desk: queue.changed_since(desk.store, None))
        self._jobs.start(self._catch_up())

    async def _catch_up(self) -> None:
        """Show what other rules judged as the rules of now judge it."""
        if await self._jobs.worker.catch_up():
            self._cards.clear()
            await self.reorder()

    async def look_for_changes(self) -> None:
        """See what other processes changed since this was last asked. Raises StoreError."""
        if self._marker is None:
            return
        marker = self._marker
        self._marker = None  # what cannot be read is said once, not every second
        newest, changed = await self._jobs.worker.read(lambda desk: queue.changed_since(desk.store, marker))
        self._marker = newest
        if not changed:
            return
        self.forget(changed)
        if newest[2] != marker[2]:  # there are new segments
            await self.reorder()
        shown = self.segment
        if shown is not None and shown in changed and not self.blind:
            rows = await self._jobs.worker.read(lambda desk: queue.rows(desk.store, [shown]))
            now = [(row.revision, row.heard) for row in rows]
            card = self.card  # by now: its neighbours may have been renewed meanwhile
            if card is not None and card.row.id == shown and now != [(card.row.revision, card.row.heard)]:
                self._host.post_message(self.ChangedElsewhere(shown))


def _around(card: Card) -> frozenset[int]:
    return frozenset(row.id for row in (*card.before, *card.after))
