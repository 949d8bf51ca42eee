"""The Correct screen: hear a segment, mend its text, decide, and go on.

Six layers lie below, each a file: the queue (deck), the sound (playback), the keyboard (keyboard), the text
(text_editing), accepting (accepting) and deciding otherwise (decisions). Here is which segments are
shown, and what is done to many of them at once.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from core.review.lint.rules import BITS
from core.words import counted
from store.segments.queue import ORDERS, View
from tui.correct.choices import Answer, lettered
from tui.correct.decisions import DecidingScreen
from tui.correct.keys import CORRECT
from tui.correct.queue_list import QueueList
from tui.keys import bindings, letter
from tui.text import plain

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.replacing import Replaced, ReplacementPlan

STATUSES = ("new", "open", "corrected", "skipped", "flagged", "unsure", "warned", "all")


class CorrectScreen(DecidingScreen):
    """The queue of segments, and what a person does with them."""

    KEYS = CORRECT
    CSS_PATH = "correct.tcss"
    BINDINGS = bindings(CORRECT)
    AUTO_FOCUS = "QueueList"

    # --- going on -------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        card = self.card
        match action:
            case _ if self._worker is None:
                return False
            case _ if self.taking in ("pick", "choose", "ask"):
                return action == "back"
            case "back":
                return self.taking != "keys" or self.text.chosen is not None or not self._usual()
            case "alternative":
                return self.offers()
            case "doubt":
                return self.taking == "write" or (card is not None and bool(self.text.doubtful | self.text.warned))
            case "undo" | "redo":
                return self.taking == "keys"  # while writing, ctrl+z is the editor's
            case "accept" | "pick" | "write" | "play":
                return card is not None
            case _:
                return super().check_action(action, parameters)

    def _usual(self) -> bool:
        return not self.view_title and replace(self.view, cost=View().cost, order="worth") == View()

    def action_move(self, step: int) -> None:
        place = self.queue.chosen + step
        if 0 <= place < len(self.queue.ids):
            self.go(place)

    def action_page(self, step: int) -> None:
        self.go(self.queue.chosen + step * self.queue.page)

    def action_end(self, place: int) -> None:
        self.go(len(self.queue.ids) - 1 if place < 0 else 0)

    @on(QueueList.Clicked)
    def clicked(self, message: QueueList.Clicked) -> None:
        self.go(message.place)

    # --- many at once -----------------------------------------------------------------------------

    def action_like_this(self) -> None:
        """The same change wherever the same was heard and nobody has listened yet."""
        from core.review.repeat_correction import differences

        card = self.card
        if card is not None and card.text != card.shown:
            segment, before, after = card.row.id, card.shown, card.text
        elif self.newest is not None:
            segment, before, after = self.newest
        else:
            self.say(f"Correct a word first; then {letter('the same elsewhere')} offers the same elsewhere.")
            return
        found = [(one.before, one.after) for one in differences(before, after)[:9]]
        if len(found) == 1:
            self._open_plan(segment, *found[0])
        elif found:
            choices = [Answer(str(i + 1), f"{a or '∅'} → {b or '∅'}") for i, (a, b) in enumerate(found)]
            self.choose("Fix all like:", choices, lambda key: self._open_plan(segment, *found[int(key) - 1]))

    def _open_plan(self, segment: int, before: str, after: str) -> None:
        from tui.correct.find_replace import Replace

        def plan(desk: Desk) -> ReplacementPlan:
            return desk.like_this(before, after, segment)

        self._store_draft()
        self.app.push_screen(Replace(self.worker, plan), self._carry_out)

    def action_replace(self) -> None:
        """Find and replace."""
        from tui.correct.find_replace import Replace

        self._store_draft()
        self.app.push_screen(Replace(self.worker), self._carry_out)

    def _carry_out(self, chosen: tuple[ReplacementPlan, set[int]] | None) -> None:
        if chosen is not None:
            plan, segments = chosen
            self.hold_card()  # which is perhaps one of them
            self.start(self._replace(self.worker.do(lambda desk: desk.carry_out(plan, segments))))

    async def _replace(self, job: Awaitable[Replaced]) -> None:
        try:
            done = await job
        finally:
            self._cards.clear()
            self.reload()
        left = f"; {len(done.left_out)} were changed meanwhile and are left" if done.left_out else ""
        self.say(f"Replaced in {counted(len(done.segments), 'segment')}{left}; {letter('undo')} takes it back.")
        await self.stored(done)

    # --- what is shown ----------------------------------------------------------------------------

    def view_changed(self) -> None:
        """Say what is shown."""
        view = self.view
        warned, words = "warned" if view.warnings else "", f"“{view.search}”" if view.search else ""
        filters = [view.status, warned, view.speaker, view.split, words]
        parts = [self.view_title] if self.view_title else [view.order, *filters]
        self.heading.update(plain(" · ".join(part for part in parts if part)))

    def action_order(self) -> None:
        after = ORDERS[(ORDERS.index(self.view.order) + 1) % len(ORDERS)]
        self.show(replace(self.view, order=after), self.view_title, self.blind)

    def action_filter(self) -> None:
        """Ask which status, or whose segments."""
        statuses = lettered(STATUSES)
        names = self.card.speakers[:9] if self.card is not None else []
        now = self.view
        kept = View(order=now.order, status=now.status, speaker=now.speaker, search=now.search)
        speakers = [Answer(str(i + 1), name) for i, name in enumerate(names)]

        def chosen(key: str) -> None:
            status = next((choice.label for choice in statuses if choice.key == key), "")
            if status == "warned":
                self.show(replace(kept, status="open", warnings=sum(BITS.values())))
            elif status:
                self.show(replace(kept, status=status))
            else:
                speaker = "" if key == "0" else names[int(key) - 1]
                self.show(replace(kept, warnings=self.view.warnings, speaker=speaker))

        everyone = [Answer("0", "everyone")] if speakers else []
        self.choose("Show:", (*statuses, *speakers, *everyone), chosen)

    def action_search(self) -> None:

        def found(words: str) -> None:
            status = "all" if plain(words) else "new"
            self.show(View(order=self.view.order, status=status, search=plain(words)))

        self.ask("Search:", self.view.search, found, label="search")

    def action_back(self) -> None:
        """One step out: of the text, of the chosen word, of what is shown instead of the usual."""
        if self.taking == "write":
            self.stop_writing()
        elif self.text.chosen is not None:
            self.text.chosen = None
            self._draw_text()
        elif not self._usual():
            self.show(View(order=self.view.order))
