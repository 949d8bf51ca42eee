"""The fifth layer of the Correct screen: accepting a text and going on, now and in a second look.

The screen goes on to the next segment at once, and says “saved” when the text is on disk. Where somebody
else was quicker, both texts are shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from core.review.card import Card
from store.errors import StoreError
from store.segments import queue
from store.segments.edits import ActionDone, ConflictError
from store.segments.queue import View
from tui.correct.text_editing import TextScreen
from tui.keys import letter
from tui.text import plain

if TYPE_CHECKING:
    from core.review.desk import Desk

SECOND_LOOK = 10
"""Segments of one second look."""


class AcceptingScreen(TextScreen):
    """A queue whose segments can be heard, changed and accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.newest: tuple[int, str, str] | None = None
        """The newest correction: its segment, and the text before and after."""
        self._accepted_now: set[int] = set()
        """Segments that were accepted since the start; to pass them again stores nothing."""
        self._worked = self._audio = 0.0
        """Seconds of the person's time, and of audio, that were accepted since the start."""

    # --- accepting --------------------------------------------------------------------------------

    def action_accept(self) -> None:
        """The text is right: store it and go on."""
        card = self.card
        if card is None:
            return
        if self.taking == "write":
            self.typed()
            card = self.card or card
        if not plain(card.text) and card.row.heard is None and not card.shown:
            self.say(f"It has no text yet: type what is said, or skip it with {letter('put aside')}.")
            self.write(0, 0)
            return
        if card.row.id in self._accepted_now and card.row.status == "corrected" and card.text == card.shown:
            self._advance()
            return
        self.drop_draft()
        self.outdated(card)
        effort = self.effort()
        self.status.saved = "saving"
        if self.blind:
            job = self.worker.do(lambda desk: desk.second_pass(card, card.text, effort[0]))
            self.start(self._second_pass(card, job))
        else:
            self.accept(card, card.text, *effort)
        self._advance()

    def accept(self, card: Card, text: str, listened: float, seconds: float, pressed: int) -> None:
        """Store a text; it is on its way when this returns."""
        job = self.worker.do(lambda desk: desk.accept(card, text, listened, seconds, pressed))
        self.start(self._accept(card, text, seconds, job))

    async def _accept(self, card: Card, text: str, seconds: float, job: Awaitable[ActionDone]) -> None:
        self._kept.pop(card.row.id, None)
        try:
            done = await job
        except ConflictError as error:
            self._choose_text(error)
            return
        except StoreError:
            self._kept[card.row.id] = text  # it is still there when its segment is shown again
            raise
        if text != card.shown:
            self.newest = card.row.id, card.shown, text
        self._accepted_now.add(card.row.id)
        self._worked += seconds
        self._audio += card.row.seconds
        self.status.own = self._worked / max(self._audio, 0.1)
        await self.stored(done)

    def _advance(self) -> None:
        if self.queue.chosen + 1 < len(self.queue.ids):
            self.go(self.queue.chosen + 1)
        else:
            self.leave_card()
            self.hold_card()
            self.start(self._beyond_the_last())

    async def _beyond_the_last(self) -> None:
        await self._reorder()  # more may have come
        if self.queue.chosen + 1 < len(self.queue.ids):
            self.go(self.queue.chosen + 1)
            return
        self.drop_keys()
        if self.blind:
            await self._agreement()
        else:
            self.say("That was the last one here.")
            self.reload()

    # --- conflicts --------------------------------------------------------------------------------

    def _choose_text(self, error: ConflictError) -> None:
        from tui.correct.conflict import Conflict

        def chosen(which: str | None) -> None:
            if which == "theirs":
                self.start(self._finish(self.worker.do(_without_draft(error.segment))))
                self.forget([error.segment])
            else:
                self.start(self._insist(error, edit=which != "mine"))

        self.status.saved = ""
        self.forget([error.segment])
        self.app.push_screen(Conflict(error), chosen)

    async def _insist(self, error: ConflictError, edit: bool) -> None:
        """Store one's own text although another has come meanwhile, or go back to it."""
        mine = error.yours.reference or ""
        if edit:
            self._kept[error.segment] = mine
            await self.visit([error.segment])
            self.reload()
            return
        card = await self.worker.do(lambda desk: desk.card(error.segment))
        self.accept(card, mine, 0.0, 0.0, 0)

    def conflicted(self, error: ConflictError) -> None:
        """Nothing was done, because the segment is not what it was."""
        self.tertulia.tell(
            f"Segment {error.segment} was changed by {error.author} meanwhile: look again.", "warning"
        )
        self.forget([error.segment])
        if error.segment == self.segment:
            self.reload()

    def changed_elsewhere(self, card: Card) -> None:
        """Show what the other process made of it, unless something is being typed into it."""
        if self._changed:
            self.say("Another process has changed this segment meanwhile; enter shows both texts.")
        else:
            self.reload()

    async def visit(self, segments: tuple[int, ...] | list[int]) -> None:
        """Go to the first of these that is not retired; retired ones leave the list."""
        rows = await self.worker.do(lambda desk: queue.rows(desk.store, segments))
        gone = [row.id for row in rows if row.status == "retired"]
        alive = [row.id for row in rows if row.status != "retired"]
        here = self.queue.ids
        if gone or any(segment not in here for segment in alive):
            self.replace_in_list(gone, [segment for segment in alive if gone or segment not in here])
        if alive:
            self.go(self.queue.ids.index(alive[0]))
        else:
            self.go(self.queue.chosen)

    # --- the second look --------------------------------------------------------------------------

    def action_second_look(self) -> None:
        """Correct some of one's own again, without seeing the first text; again to end it."""
        if self.blind:
            self.show(View())
        else:
            self.start(self._second_look())

    async def _second_look(self) -> None:
        due = await self.worker.read(lambda desk: desk.second_look(SECOND_LOOK))
        if due:
            self.show(View("time", "all", segments=tuple(due)), "second look", blind=True)
        else:
            self.say("None of yours is due for a second look yet.")

    async def _second_pass(self, card: Card, job: Awaitable[object]) -> None:
        await job
        self.forget([card.row.id])
        self.status.saved = "saved"

    async def _agreement(self) -> None:
        agreed = await self.worker.read(lambda desk: desk.agreement())
        if agreed is not None:
            self.say(f"Of the words, {agreed} differ between your two passes.")
        self.show(View())


def _without_draft(segment: int) -> Callable[[Desk], None]:
    def drop(desk: Desk) -> None:
        card = desk.card(segment)
        desk.draft(card, card.shown)

    return drop
