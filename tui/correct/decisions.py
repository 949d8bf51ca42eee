"""The sixth layer of the Correct screen: every other thing that a person decides about a segment.

Each decision is one action of core.review.desk. The screen goes on to the next segment at once, and says
“saved” when the action is on disk.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.review.card import Card
from store.errors import StoreError
from store.segments.edits import ActionDone
from store.units import SAMPLE_RATE
from tui.correct.accepting import AcceptingScreen
from tui.correct.choices import Answer, lettered
from tui.correct.text_editing import word_spans
from tui.text import plain

if TYPE_CHECKING:
    from core.review.desk import Desk

REASONS = ("noise", "cut off", "several voices", "other language", "wrong speaker", "inaudible")
TRIM = SAMPLE_RATE // 20
"""Samples by which a key moves a boundary: 50 ms."""
FOLLOWED = 3
"""An action on more segments than this is taken back without going to them."""


class DecidingScreen(AcceptingScreen):
    """A queue whose segments can be heard, changed, accepted, put aside, described and cut."""

    # --- decisions --------------------------------------------------------------------------------

    def _decide(self, act: Callable[[Desk, Card], ActionDone], stay: bool = False, then: str = "") -> None:
        """Do an action with this card; `then` is the edge that is heard afterwards."""
        card = self.card
        if card is None:
            return
        self._store_draft()
        self.outdated(card)
        self.status.saved = "saving"
        if stay:
            self.hold_card()
        self.start(self._act(card, self.worker.do(lambda desk: act(desk, card)), stay, then))
        if not stay:
            self._advance()

    async def _act(self, card: Card, job: Awaitable[ActionDone], stay: bool, then: str) -> None:
        try:
            await self.stored(await job)
        except StoreError:
            then = ""
            raise
        finally:
            if stay and self.segment == card.row.id:
                self.edge_wanted = then
                self.reload()

    def action_skip(self) -> None:
        self._decide(lambda desk, card: desk.skip(card))

    def action_unsure(self) -> None:
        if self.taking == "write":
            self.typed()
        self._decide(lambda desk, card: desk.unsure(card))

    def action_flag(self) -> None:
        """Something is wrong with it: ask what."""
        if self.card is None:
            return
        choices = lettered(REASONS)
        reasons = {choice.key: choice.label for choice in choices}

        def flag(reason: str) -> None:
            self._decide(lambda desk, card: desk.flag(card, reason))

        def chosen(key: str) -> None:
            if key in reasons:
                flag(reasons[key])
            else:
                self.ask("Flag: what is wrong?", "", flag)

        self.choose("Flag:", (*choices, Answer("full_stop", "in your own words")), chosen)

    def action_speaker(self) -> None:
        """Ask who speaks."""
        card = self.card
        if card is None:
            return
        names = card.speakers[:9]

        def name(speaker: str) -> None:
            if plain(speaker):
                self._decide(lambda desk, card: desk.speaker(card, speaker), stay=True)

        def chosen(key: str) -> None:
            if key == "0":
                self.ask("Speaker: a new name", "", name)
            else:
                name(names[int(key) - 1])

        known = [Answer(str(i + 1), speaker) for i, speaker in enumerate(names)]
        self.choose("Speaker:", (*known, Answer("0", "a new name")), chosen)

    def action_note(self) -> None:
        if self.card is not None:
            self.ask(
                "Note:",
                self.card.row.note,
                lambda words: self._decide(lambda desk, card: desk.note(card, words), stay=True),
            )

    def action_snippet(self) -> None:
        """Ask which snippet to put in before the chosen word, or at the end."""
        if self.card is None:
            return
        choices = lettered([plain(part) for part in self.tertulia.settings.snippets.split("|") if plain(part)])
        snippets = {choice.key: choice.label for choice in choices}
        self.choose("Put in:", choices, lambda key: self.put_word(snippets[key]))

    # --- shape ------------------------------------------------------------------------------------

    def action_trim(self, side: str, step: int) -> None:
        """Move a boundary by 50 ms, and hear that edge."""
        start, end = (step * TRIM, 0) if side == "start" else (0, step * TRIM)
        self._decide(
            lambda desk, card: desk.trim(card, card.row.start + start, card.row.end + end),
            stay=True,
            then="first" if side == "start" else "last",
        )

    def action_split(self) -> None:
        """Cut it in two, where the chosen word begins and where the sound stands."""
        card = self.card
        if card is None:
            return
        chosen, at = self.text.chosen, self.waveform.at
        sample = at if at is not None and card.row.start < at < card.row.end and not self.status.playing else None
        if chosen is None and sample is None:
            self.say("Choose the word that begins the second part: ← →.")
            return
        text_at = None if chosen is None else word_spans(card.text)[chosen][0]
        if chosen is not None and sample is not None:
            # The sound stands where the word was heard from unless it was played on: then it is only near.
            near = card.row.start + int(card.words[chosen].start * SAMPLE_RATE)
            sample = sample if abs(sample - near) < SAMPLE_RATE else None
        self._reshape(lambda desk: desk.split(card, text_at, sample))

    def action_merge(self, towards: Any) -> None:
        """Join it with a neighbour."""
        card = self.card
        if card is None:
            return

        def merge(desk: Desk) -> ActionDone:
            # The neighbour may have been accepted the moment before.
            now = desk.card(card.row.id)
            return desk.merge(replace(card, before=now.before, after=now.after), towards)

        self._reshape(merge)

    def _reshape(self, act: Callable[[Desk], ActionDone]) -> None:
        self.drop_draft()
        self.hush()
        self.hold_card()
        self.status.saved = "saving"
        self.start(self._do_reshape(self.worker.do(act)))

    async def _do_reshape(self, job: Awaitable[ActionDone]) -> None:
        try:
            done = await job
        except StoreError:
            self.reload()
            raise
        self._kept.clear()
        await self.stored(done)
        await self.visit(done.segments)

    # --- undo -------------------------------------------------------------------------------------

    def action_undo(self) -> None:
        """Take back what is typed and not accepted, else the newest action."""
        card = self.card
        if card is not None and card.text != card.shown:
            self.set_text(card.shown)
            self.say("The draft is taken back.")
        else:
            self._store_draft()
            self.hold_card()  # which is perhaps what is taken back
            self.start(self._undo("Taken back", self.worker.do(lambda desk: desk.undo())))

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self._store_draft()
        self.hold_card()
        self.start(self._undo("Done again", self.worker.do(lambda desk: desk.redo())))

    async def _undo(self, said: str, job: Awaitable[ActionDone | None]) -> None:
        try:
            done = await job
        except StoreError:
            self.reload()
            raise
        if done is None:
            self.say("There is nothing left to take back or do again.")
            self.reload()
            return
        what = plain(done.action.summary)
        self.say(f"{said}: {what or 'the last action'}")
        await self.stored(done)
        if len(done.segments) <= FOLLOWED:
            await self.visit(done.segments)
        else:
            self.reload()
