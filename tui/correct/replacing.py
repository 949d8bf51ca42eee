"""The same change in many segments at once, seen before it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui.correct import questions
from tui.correct.jobs import Jobs, Said
from tui.correct.review import Review
from tui.correct.typist import Typist
from tui.keys import letter
from tui.shell.host import Host

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.replacing import ReplacementPlan

    Chosen = tuple[ReplacementPlan, set[int]] | None


class Replacing:
    """Asks what is to be replaced, and has it done.

    Args:
        host: shows what is said.
        jobs: has the database look for the segments.
        review: knows what was corrected last, and replaces.
        typist: asks.
        open_dialog: shows a dialog, and gives what it gave to whoever waits for it.
    """

    def __init__(
        self,
        host: Host,
        jobs: Jobs,
        review: Review,
        typist: Typist,
        open_dialog: Callable[[Screen[Any], Callable[[Chosen], None]], object],
    ) -> None:
        self._host = host
        self._jobs = jobs
        self._review = review
        self._typist = typist
        self._open_dialog = open_dialog

    def like_this(self) -> None:
        """The same change wherever the same was heard and nobody has listened yet."""
        segment, found = self._review.to_repeat()

        def open_plan(before: str, after: str) -> None:
            self.find(lambda desk: desk.like_this(before, after, segment))

        if len(found) == 1:
            open_plan(*found[0])
        elif found:
            self._typist.ask(questions.which_change(found, open_plan))
        else:
            self._host.post_message(
                Said(f"Correct a word first; then {letter('the same elsewhere')} offers the same elsewhere.")
            )

    def find(self, plan: Callable[[Desk], ReplacementPlan] | None = None) -> None:
        """Look for words, or begin with a plan, and replace what is ticked of it."""
        from tui.correct.find_replace import Replace

        self._review.store_draft()
        self._open_dialog(Replace(self._jobs.worker, plan), self._replace)

    def _replace(self, chosen: Chosen) -> None:
        if chosen is not None:
            self._review.replace(*chosen)
