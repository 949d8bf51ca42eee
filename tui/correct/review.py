"""What is done with the segment that is shown, and which comes next.

The next segment is shown at once, and “saved” is said when what was decided is on disk. A decision that
changes the card which stays has keys wait for the new one; whatever goes wrong, a card comes again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from core.review.card import Card
from core.words import counted
from store.errors import StoreError
from store.segments.edits import ActionDone, ConflictError
from store.segments.queue import View
from tui.correct import decisions
from tui.correct.accepted import AcceptedNow
from tui.correct.decisions import Decision
from tui.correct.deck import Deck
from tui.correct.jobs import Jobs, Said
from tui.correct.keyboard import Effort, Keyboard
from tui.correct.playback import Edge, Playback
from tui.correct.text_editing import TextEditing
from tui.keys import letter
from tui.shell.host import Host
from tui.text import plain

if TYPE_CHECKING:
    from core.review.replacing import Replaced, ReplacementPlan
    from core.review.reshaping import Towards

FOLLOWED = 3
"""An action on more segments than this is taken back without going to them."""
SECOND_LOOK = 10
"""Segments of one second look."""


class Review:
    """Goes through the deck.

    Args:
        host: is told how it goes.
        jobs: has the database do it.
        deck: the segments.
        editing: the text of the one that is shown.
        playback: its sound.
        keyboard: keys that wait for it.
    """

    @dataclass
    class Saved(Message, bubble=False):
        """How far what was done is stored."""

        state: Literal["", "saving", "saved"]

    @dataclass
    class TwoTexts(Message, bubble=False):
        """Somebody else was quicker, and nothing was stored."""

        error: ConflictError

    @dataclass
    class ViewWanted(Message, bubble=False):
        """Other segments are to be shown: those of a second look, or after it the usual ones."""

        view: View
        title: str = ""
        blind: bool = False

    def __init__(
        self, host: Host, jobs: Jobs, deck: Deck, editing: TextEditing, playback: Playback, keyboard: Keyboard
    ) -> None:
        self.accepted = AcceptedNow()
        self.edge: Edge | None = None
        """What is to be heard of the card when it comes again."""
        self._host = host
        self._jobs = jobs
        self._deck = deck
        self._editing = editing
        self._playback = playback
        self._keyboard = keyboard

    def waits(self) -> bool:
        """Whether a card is on its way."""
        return self._editing.card is None and (self._deck.opening or self._deck.segment is not None)

    # --- going ----------------------------------------------------------------------------------

    def go(self, place: int) -> None:
        """Show the segment at that place of the queue, as far as there is one."""
        self.leave()
        self._deck.go(place)

    def leave(self) -> None:
        """Another segment is about to be shown: store the draft, and leave the text."""
        self._editing.store_draft()
        if self._keyboard.taking != "keys":
            self._keyboard.become("keys")
        if self._editing.card is not None and self._editing.changed:
            self._deck.outdate(self._editing.card.row.id)
        self._editing.leave()
        self._playback.hush()

    def store_draft(self) -> None:
        """Store what is typed, because it may be looked at elsewhere."""
        self._editing.store_draft()

    def hold(self) -> None:
        """The card is about to change: keys wait for the new one, and what is typed so far stays."""
        self._editing.hold()
        self._deck.hold()

    def reload(self) -> None:
        """Show the chosen card anew, because it has changed."""
        self.hold()
        self._deck.reload()

    async def visit(self, segments: Iterable[int]) -> None:
        """Go to the first of these that is not retired. Raises StoreError."""
        self.go(await self._deck.find(segments))

    def _advance(self) -> None:
        if self._deck.place + 1 < len(self._deck.ids):
            self.go(self._deck.place + 1)
        else:
            self.leave()
            self.hold()
            self._jobs.start(self._beyond_the_last())

    async def _beyond_the_last(self) -> None:
        await self._deck.reorder()  # more may have come
        if self._deck.place + 1 < len(self._deck.ids):
            self.go(self._deck.place + 1)
            return
        self._keyboard.drop()
        if self._deck.blind:
            await self._end_second_look()
        else:
            self._say("That was the last one here.")
            self.reload()

    # --- accepting --------------------------------------------------------------------------------

    def accept(self) -> None:
        """The text is right: store it and go on."""
        card = self._editing.card
        if card is None:
            return
        if self.accepted.has(card):
            self._advance()
            return
        listened, effort = self._playback.listened, self._keyboard.effort
        self._editing.settle()
        self._begin(card)
        if self._deck.blind:
            again = self._jobs.worker.do(lambda desk: desk.second_pass(card, card.text, listened))
            self._jobs.start(self._accept_again(card, again))
        else:
            self._store(card, card.text, listened, effort)
        self._advance()

    def _store(self, card: Card, text: str, listened: float, effort: Effort) -> None:
        job = self._jobs.worker.do(lambda desk: desk.accept(card, text, listened, *effort))
        self._jobs.start(self._accept(card, text, effort, job))

    async def _accept(self, card: Card, text: str, effort: Effort, job: Awaitable[ActionDone]) -> None:
        try:
            done = await job
        except ConflictError as error:
            self._host.post_message(self.Saved(""))
            self._deck.forget([error.segment])
            self._host.post_message(self.TwoTexts(error))
            return
        except StoreError:
            self._editing.keep(card.row.id, text)
            raise
        self._editing.drop(card.row.id)
        self.accepted.add(card, text, effort.seconds)
        self._stored(done)

    async def _accept_again(self, card: Card, job: Awaitable[object]) -> None:
        try:
            await job
        except StoreError:
            self._editing.keep(card.row.id, card.text)
            raise
        self._deck.forget([card.row.id])
        self._host.post_message(self.Saved("saved"))

    def resolve(self, error: ConflictError, take: str) -> None:
        """Of two texts take mine or theirs, or go back to edit mine."""
        mine = error.yours.reference or ""
        if take == "theirs":
            drop = self._jobs.worker.do(lambda desk: desk.draft(card := desk.card(error.segment), card.shown))
            self._jobs.start(self._yield(drop))
            self._deck.forget([error.segment])
        elif take == "mine":
            self._jobs.start(self._insist(error.segment, mine))
        else:
            self._editing.keep(error.segment, mine)
            self._jobs.start(self.visit([error.segment]))

    async def _insist(self, segment: int, mine: str) -> None:
        card = await self._jobs.worker.do(lambda desk: desk.card(segment))
        self._store(card, mine, 0.0, Effort(0.0, 0))

    async def _yield(self, job: Awaitable[None]) -> None:
        await job

    # --- deciding ---------------------------------------------------------------------------------

    def decide(self, decision: Decision) -> None:
        """Decide about the segment that is shown, and go on."""
        self._editing.store_draft()
        if (card := self._editing.card) is not None:
            self._begin(card)
            self._jobs.start(self._leave_decided(self._asked(card, decision)))
            self._advance()

    async def _leave_decided(self, job: Awaitable[ActionDone]) -> None:
        self._stored(await job)

    def decide_and_stay(self, decision: Decision, edge: Edge | None = None) -> None:
        """Decide about the segment that is shown, and show it anew; `edge` of it is heard then."""
        self._editing.store_draft()
        if (card := self._editing.card) is not None:
            self._begin(card)
            self.hold()
            self._jobs.start(self._stay(card.row.id, self._asked(card, decision), edge))

    async def _stay(self, segment: int, job: Awaitable[ActionDone], edge: Edge | None) -> None:
        try:
            self._stored(await job)
        except StoreError:
            edge = None
            raise
        finally:
            if segment == self._deck.segment:
                self.edge = edge
                self.reload()

    def split(self) -> None:
        """Cut it in two, where the chosen word begins and where the sound stands."""
        word, sample = self._editing.chosen, self._playback.stands_at
        if word is None and sample is None:
            self._say("Choose the word that begins the second part: ← →.")
        else:
            self._reshape(decisions.split(word, sample))

    def merge(self, towards: Towards) -> None:
        """Join it with a neighbour."""
        self._reshape(decisions.merge(towards))

    def _reshape(self, decision: Decision) -> None:
        if (card := self._editing.card) is not None:
            self._playback.hush()
            self._begin(card)
            self.hold()
            self._jobs.start(self._do_reshape(self._asked(card, decision)))

    async def _do_reshape(self, job: Awaitable[ActionDone]) -> None:
        try:
            done = await job
        except StoreError:
            self.reload()
            raise
        self._editing.drop_all()
        self._stored(done)
        await self.visit(done.segments)

    # --- taking back --------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back what is typed and not accepted, else the newest action."""
        card = self._editing.card
        if card is not None and card.text != card.shown:
            self._editing.set_text(card.shown)
            self._say("The draft is taken back.")
        else:
            self._editing.store_draft()
            self.hold()  # which is perhaps what is taken back
            self._jobs.start(self._undo("Taken back", self._jobs.worker.do(lambda desk: desk.undo())))

    def redo(self) -> None:
        """Do again what was taken back."""
        self._editing.store_draft()
        self.hold()
        self._jobs.start(self._undo("Done again", self._jobs.worker.do(lambda desk: desk.redo())))

    async def _undo(self, said: str, job: Awaitable[ActionDone | None]) -> None:
        try:
            done = await job
        except StoreError:
            self.reload()
            raise
        if done is None:
            self._say("There is nothing left to take back or do again.")
            self.reload()
            return
        self._say(f"{said}: {plain(done.action.summary) or 'the last action'}")
        self._stored(done)
        if len(done.segments) <= FOLLOWED:
            await self.visit(done.segments)
        else:
            self.reload()

    # --- many at once -----------------------------------------------------------------------------

    def to_repeat(self) -> tuple[int, list[tuple[str, str]]]:
        """The words that were changed last, before and after, at most nine; and in which segment."""
        from core.review.repeat_correction import differences

        card = self._editing.card
        if card is not None and card.text != card.shown:
            segment, before, after = card.row.id, card.shown, card.text
        elif self.accepted.newest is not None:
            segment, before, after = self.accepted.newest
        else:
            return 0, []
        return segment, [(one.before, one.after) for one in differences(before, after)[:9]]

    def replace(self, plan: ReplacementPlan, segments: set[int]) -> None:
        """Carry out a plan in these segments."""
        self.hold()  # which is perhaps one of them
        self._jobs.start(self._replace(self._jobs.worker.do(lambda desk: desk.carry_out(plan, segments))))

    async def _replace(self, job: Awaitable[Replaced]) -> None:
        try:
            done = await job
        finally:
            self._deck.outdate_all()
            self.reload()
        left = f"; {len(done.left_out)} were changed meanwhile and are left" if done.left_out else ""
        self._say(f"Replaced in {counted(len(done.segments), 'segment')}{left}; {letter('undo')} takes it back.")
        self._stored(done)

    # --- the second look --------------------------------------------------------------------------

    def second_look(self) -> None:
        """Correct some of one's own again, without seeing the first text; again to end it."""
        if self._deck.blind:
            self._host.post_message(self.ViewWanted(View()))
        else:
            self._jobs.start(self._second_look())

    async def _second_look(self) -> None:
        due = tuple(await self._jobs.worker.read(lambda desk: desk.second_look(SECOND_LOOK)))
        if due:
            again = View("time", "all", segments=due)
            self._host.post_message(self.ViewWanted(again, "second look", blind=True))
        else:
            self._say("None of yours is due for a second look yet.")

    async def _end_second_look(self) -> None:
        agreed = await self._jobs.worker.read(lambda desk: desk.agreement())
        if agreed is not None:
            self._say(f"Of the words, {agreed} differ between your two passes.")
        self._host.post_message(self.ViewWanted(View()))

    # --- what happens elsewhere ---------------------------------------------------------------------

    def conflicted(self, error: ConflictError) -> None:
        """Nothing was done, because the segment is not what it was: show what it is now."""
        self._deck.forget([error.segment])
        if error.segment == self._deck.segment:
            self.reload()

    def changed_elsewhere(self, segment: int) -> None:
        """Show what the other process made of it, unless something is being typed into it."""
        if segment != self._deck.segment or self._editing.card is None:
            return
        if self._editing.changed or self._keyboard.taking == "write":
            self._say("Another process has changed this segment meanwhile; enter shows both texts.")
        else:
            self.reload()

    # --- in common --------------------------------------------------------------------------------

    def _begin(self, card: Card) -> None:
        self._deck.outdate(card.row.id)
        self._host.post_message(self.Saved("saving"))

    def _asked(self, card: Card, decision: Decision) -> Awaitable[ActionDone]:
        return self._jobs.worker.do(lambda desk: decision(desk, card))

    def _stored(self, done: ActionDone) -> None:
        self._host.post_message(self.Saved("saved"))
        self._deck.stored(done)

    def _say(self, sentence: str) -> None:
        self._host.post_message(Said(sentence))
