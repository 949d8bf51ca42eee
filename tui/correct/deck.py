"""The first layer of the Correct screen: the queue, the card that is shown, and what others change meanwhile.

The first page is there before the whole order is known; the next cards are fetched before they are
asked for. An answer about a segment that has been left is kept for later and changes nothing on screen.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from textual import on
from textual.content import Content
from textual.timer import Timer

from core.review.card import Card
from store.errors import StoreError
from store.segments import queue
from store.segments.edits import ActionDone, ConflictError
from store.segments.queue import View
from tui.correct import reads
from tui.correct.about import Lines
from tui.correct.layers import Layers
from tui.correct.queue_list import QueueList
from tui.correct.status_line import CorrectStatus
from tui.database_worker import DatabaseWorker
from tui.keys import letter
from tui.text import plain
from tui.theme import ACCENT

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

NOTHING = (
    f"There is nothing to correct yet.\n\nTalk with the tutor ({letter('mode.talk')}): all you say is kept, and "
    f"waits for you here. Or import recordings of your own: {letter('import')} on the Dataset screen "
    f"({letter('mode.dataset')}), or\n\ntertulia import FOLDER"
)
NOTHING_HERE = (
    f"Nothing here is left to do.\n\n{letter('view others')} shows others, {letter('search')} searches, "
    "escape goes back to what waits."
)
NOT_FOUND = "No segment here has all of “{}”.\n\n/ searches for other words, escape goes back to what waits."


class QueueScreen(Layers):
    """A queue of segments, and the card of the chosen one."""

    MODE = "correct"

    def __init__(self) -> None:
        super().__init__()
        self.view = View()
        self.view_title = ""
        """What the view is called, where it was opened from elsewhere."""
        self.blind = False
        """Whether this is a second look, which hides the first one's text."""
        self.card: Card | None = None
        """The card of the chosen segment; None while it is on its way."""
        self.segment: int | None = None
        """The chosen segment."""
        self.queue = QueueList(self.take_key)
        self.status = CorrectStatus()
        self.said = Lines(id="said")
        self._worker: DatabaseWorker | None = None
        self._cards: OrderedDict[int, Card] = OrderedDict()
        self._fetching: set[int] = set()
        self._again = False
        self.opening = False
        """Whether a list is on its way."""
        self._loads = 0
        """Grows with every other list, so that an order asked for earlier is not taken for it."""
        self._later: Timer | None = None
        """Fetches what will be asked for soon."""
        self._marker: queue.Marker | None = None
        self._accepted = 0

    # --- opening --------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, lambda: self.start(self._look_for_changes()))

    def on_screen_resume(self) -> None:
        """Open the database the first time; later, see what came meanwhile."""
        if self._worker is None and self.tertulia.data is not None:
            self._worker = DatabaseWorker(self.tertulia.data)
            self.show(self.view, self.view_title)
        elif self._worker is None:
            self.show_nothing("The data folder cannot be used; the Talk screen says why.")
        else:
            self.start(self._reorder())

    def on_queue_reheard(self) -> None:
        """The queue was transcribed again: put the rest in order by what the recogniser is unsure of now."""
        if self._worker is not None:
            self.start(self._reorder())

    async def on_unmount(self) -> None:
        """Store what is to be stored, and close the database."""
        if self._worker is not None:
            await self._worker.close()

    @property
    def worker(self) -> DatabaseWorker:
        """The threads that read and write the database."""
        assert self._worker is not None, "the screen has not been shown yet"
        return self._worker

    def start(self, job: Coroutine[Any, Any, None]) -> None:
        """Do something that takes time; what goes wrong is shown and ends nothing."""
        if self._worker is None:
            job.close()
            return
        self.run_worker(self._guarded(job), group="database", exit_on_error=False)

    async def _guarded(self, job: Coroutine[Any, Any, None]) -> None:
        try:
            await job
        except ConflictError as error:
            self.conflicted(error)
        except StoreError as error:
            self.failed(str(error))

    def say(self, text: str) -> None:
        """Show something that is of use until the next key; where it hides nothing."""
        self.said.lines = (Content.assemble(("› ", ACCENT), plain(text)),) if text else ()

    # --- the list -------------------------------------------------------------------------------

    def show(self, view: View, title: str = "", blind: bool = False) -> None:
        """Show these segments, from the first on.

        Args:
            view: which, and in which order.
            title: what they are, in a word or two; empty for the usual queue.
            blind: hide what was made of them before.
        """
        self.leave_card()
        self.view = replace(view, cost=self.view.cost)  # as it was last known; the order of the rest looks again
        self.view_title, self.blind = title, blind
        self._loads += 1
        self._cards.clear()
        self.card, self.segment = None, None
        self.queue.blind = blind
        self.opening = self._worker is not None
        self.view_changed()
        self.start(self._load())

    async def _load(self) -> None:
        load, shown, blind = self._loads, self.view, self.blind
        with self.app.batch_update():  # one picture, of what is found; there is nothing to see before
            # After all that was done before, or the card would be an older one.
            found = await self.worker.do(lambda desk: reads.opened(desk, shown, blind))
            if load != self._loads:
                return
            self.view, self.opening = found.view, False
            self.queue.put(found.rows)
            self.queue.show(found.ids, 0)
            self.status.counted = len(found.ids) < reads.FIRST_PAGE
            if found.card is not None:
                self._keep(found.card)
            self.go(0)
        if self._marker is None:
            self._marker, _ = await self.worker.read(lambda desk: queue.changed_since(desk.store, None))
        if len(found.ids) == reads.FIRST_PAGE:
            self.set_timer(SETTLED_SECONDS, lambda: self.start(self._reorder()))

    async def _reorder(self) -> None:
        """Put all that comes after the chosen segment in order anew; what was passed stays where it is."""
        load, shown, place = self._loads, self.view, self.queue.chosen
        view = await self.worker.read(lambda desk: reads.costed(desk, shown))
        passed = self.queue.ids[: place + 1]
        ids = await self.worker.read(lambda desk: reads.with_rest(desk, view, passed))
        if load != self._loads:
            return
        if self.queue.ids[: len(passed)] != passed or self.queue.chosen >= max(1, len(passed)):
            await self._reorder()  # moved on meanwhile
            return
        self.view = view
        was_empty = self.segment is None
        self.queue.show(ids, self.queue.chosen)
        self.status.counted = not (view.search and len(ids) >= queue.MOST_FOUND)
        self._count()
        if was_empty:
            self.go(0)
        else:
            self._prefetch()

    def replace_in_list(self, gone: Iterable[int], come: Iterable[int]) -> None:
        """Segments that are retired leave the list, and those that took their place stand there."""
        ids, place, new = self.queue.ids[:], self.queue.chosen, list(come)
        for segment in (*gone, *new):
            with suppress(ValueError):
                at = ids.index(segment)
                del ids[at]
                place -= at < place
        ids[place:place] = array("q", new)
        self._loads += 1
        self.queue.show(ids, min(place, max(0, len(ids) - 1)))
        if not self.status.counted:
            self.start(self._reorder())  # the one that was on its way knows nothing of these

    @on(QueueList.Wanted)
    def fetch_rows(self, message: QueueList.Wanted) -> None:
        """Rows have come into sight."""
        self.start(self._fetch_rows(message.ids))

    async def _fetch_rows(self, ids: list[int]) -> None:
        self.queue.put(await self.worker.do(lambda desk: queue.rows(desk.store, ids)))

    # --- the card -------------------------------------------------------------------------------

    def go(self, place: int) -> None:
        """Choose the segment at that place of the queue, as far as there is one."""
        self.leave_card()
        self.card = None
        if not len(self.queue.ids):
            self.segment = None
            self._count()
            usual = not self.view_title and replace(self.view, cost=View().cost) == View()
            elsewhere = NOT_FOUND.format(self.view.search) if self.view.search else NOTHING_HERE
            self.show_nothing(NOTHING if usual else elsewhere)
            return
        place = min(max(place, 0), len(self.queue.ids) - 1)
        self.segment = int(self.queue.ids[place])
        self.queue.chosen = place
        self._count()
        self._again = False
        self._ask(self.segment)

    def outdated(self, card: Card) -> None:
        """Something is about to be done with this card; whoever comes back must see what came of it."""
        self._cards.pop(card.row.id, None)

    def hold_card(self) -> None:
        """The card is about to change: keys wait for the new one."""
        self.card = None

    def reload(self) -> None:
        """Fetch the chosen card anew, because it has changed."""
        self.hold_card()
        if self.segment is not None:
            self._cards.pop(self.segment, None)
            self._again = True
            self._ask(self.segment)

    def _ask(self, segment: int) -> None:
        if (card := self._cards.get(segment)) is not None:
            self._arrived(card)
        elif segment not in self._fetching:
            self._fetching.add(segment)
            self.start(self._fetch(segment))

    async def _fetch(self, segment: int) -> None:
        load, view, blind = self._loads, self.view, self.blind
        try:
            card = await self.worker.do(lambda desk: reads.card(desk, segment, view, blind))
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
        self.fetched(card)

    def _arrived(self, card: Card) -> None:
        self.card = card
        self.show_card(card, self._again)
        self._prefetch()

    def _prefetch(self) -> None:
        """Fetch the cards around the chosen one, and those a page away, once the person stays."""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(SETTLED_SECONDS, self._fetch_around)

    def _fetch_around(self) -> None:
        place, page = self.queue.chosen, self.queue.page
        near = (*range(place + 1, place + 1 + AHEAD), place - 1, place + page, place - page)
        for segment in (int(self.queue.ids[at]) for at in near if 0 <= at < len(self.queue.ids)):
            if segment not in self._cards and segment not in self._fetching:
                self._fetching.add(segment)
                self.start(self._fetch(segment))

    def _count(self) -> None:
        self.status.count = len(self.queue.ids)
        self.status.place = self.queue.chosen + 1 if len(self.queue.ids) else 0

    # --- what changes ---------------------------------------------------------------------------

    def forget(self, segments: Iterable[int]) -> None:
        """These have changed: what is known of them is out of date."""
        changed = set(segments)
        self.queue.forget(changed)
        for segment, card in list(self._cards.items()):
            if changed & {segment, *(row.id for row in (*card.before, *card.after))}:
                del self._cards[segment]
        here = self.card
        if here is not None and changed & {row.id for row in (*here.before, *here.after)}:
            self.start(self._renew_neighbours(here.row.id))

    async def _renew_neighbours(self, segment: int) -> None:
        """What stands around the card that is shown has changed; what is typed into it has not."""
        view = self.view
        fresh = await self.worker.do(lambda desk: desk.card(segment, view))
        if self.card is not None and self.card.row.id == segment:
            self.card = replace(self.card, before=fresh.before, after=fresh.after)
            self.show_neighbours()

    async def stored(self, done: ActionDone) -> None:
        """An action is on disk."""
        self.forget(done.segments)
        self.status.saved = "saved"
        if done.action.kind in ("accept", "correct"):
            self._accepted += 1
            if self._accepted % ACCEPTED_TILL_REORDER == 0:
                await self._reorder()
            if self._accepted % ACCEPTED_TILL_LEARNT == 0:
                self.start(self._update_expected_errors())

    async def _update_expected_errors(self) -> None:
        if await self.worker.update_expected_errors():
            await self._reorder()

    async def _look_for_changes(self) -> None:
        if self._marker is None or not self.is_current:
            return
        marker = self._marker
        self._marker = None  # what cannot be read is said once, not every second
        newest, changed = await self.worker.read(lambda desk: queue.changed_since(desk.store, marker))
        self._marker = newest
        if not changed:
            return
        self.forget(changed)
        if newest[2] != marker[2]:  # there are new segments
            await self._reorder()
        card = self.card
        if card is not None and card.row.id in changed and not self.blind:
            rows = await self.worker.read(lambda desk: queue.rows(desk.store, [card.row.id]))
            now = [(row.revision, row.heard) for row in rows]
            if self.card is card and now != [(card.row.revision, card.row.heard)]:
                self.changed_elsewhere(card)

    def failed(self, sentence: str) -> None:
        """Something could not be done."""
        self.opening = False
        self.status.saved = "failed"
        if self.segment is None:
            self.show_nothing(sentence)
        self.tertulia.tell(sentence, "error")
