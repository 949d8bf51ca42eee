"""What a person can do at the desk.

Every method is one action: one transaction, on disk when it returns, and undone by one `undo`. It starts from a
card, which says what the person saw. If another process has changed the segment since, nothing is done and
`ConflictError` holds both texts. Whatever changes a segment also renews what is derived from it, in the same
transaction.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection
from dataclasses import replace

from core.review import actions, repeat_correction, replacing, reshaping, second_look
from core.review import card as cards
from core.review.actions import act, state_of
from core.review.card import Card
from core.review.replacing import Replaced, ReplacementPlan
from core.review.second_look import SecondLook
from models.evaluation.rates import Interval
from store.database import Store
from store.errors import StoreError
from store.segments import drafts
from store.segments.edits import Action, ActionDone, SegmentChange, SegmentState
from store.segments.queue import View
from store.text import clean


def author() -> str:
    """Who sits at the desk: TERTULIA_AUTHOR, else the name of the operating system's user."""
    name = clean(os.environ.get("TERTULIA_AUTHOR", ""), limit=None)
    if name:
        return name
    try:
        return clean(getpass.getuser(), limit=None)
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"user {os.getuid()}"


class Desk:
    """One person's place at the desk.

    Args:
        store: the open database.
        author: in whose name things are done, and undone.
    """

    def __init__(self, store: Store, author: str) -> None:
        self.store = store
        self.author = author

    def card(self, segment: int, view: View | None = None) -> Card:
        """What the desk shows of a segment. Raises StoreError when there is none.

        Args:
            view: the view it came from, for the sentence that says why it is its turn.
        """
        return cards.read(self.store, segment, self.author, view)

    def accept(
        self, card: Card, text: str, listened: float = 0.0, seconds: float = 0.0, keystrokes: int = 0
    ) -> ActionDone:
        """The text is what is said: it becomes the reference, and the draft is dropped.

        Args:
            text: kept as it is typed, whatever was heard; empty says that nobody speaks.
            listened: seconds of the audio that were played.
            seconds: the person's time.
            keystrokes: keys pressed since the card was shown.

        Raises:
            ConflictError: the segment was changed meanwhile.
            StoreError: nothing was heard and nothing was typed; a text too long.
        """
        text = clean(text)
        if not text and card.row.heard is None and not card.shown:
            raise StoreError(f"Segment {card.row.id} has no text yet", "type what is said, or skip it")
        to = replace(state_of(card.row), status="corrected", reason="", reference=text, proposal=None)
        return act(
            self.store,
            self.author,
            "accept" if text == card.shown else "correct",
            [SegmentChange(card.row.id, to, card.row.revision, listened)],
            summary=text,
            seconds=seconds,
            keystrokes=keystrokes,
            in_same_transaction=lambda done: drafts.drop(self.store, card.row.id, self.author),
        )

    def skip(self, card: Card) -> ActionDone:
        return self._change(card, "skip", replace(state_of(card.row), status="skipped", reason=""))

    def flag(self, card: Card, reason: str) -> ActionDone:
        """Something is wrong with it."""
        return self._change(card, "flag", replace(state_of(card.row), status="flagged", reason=reason), reason)

    def unsure(self, card: Card, reason: str = "") -> ActionDone:
        """It was listened to, and stays unclear."""
        return self._change(card, "unsure", replace(state_of(card.row), status="unsure", reason=reason))

    def reopen(self, card: Card) -> ActionDone:
        """Let it wait again. What was its reference is what it proposes."""
        row = card.row
        proposal = row.proposal if row.reference is None else row.reference
        to = replace(state_of(row), status="new", reason="", reference=None, proposal=proposal)
        return self._change(card, "reopen", to)

    def speaker(self, card: Card, name: str) -> ActionDone:
        return self._change(card, "speaker", replace(state_of(card.row), speaker=name), name)

    def note(self, card: Card, text: str) -> ActionDone:
        """Keep a note beside it, in the place of an earlier one."""
        return self._change(card, "note", replace(state_of(card.row), note=text), text)

    def draft(self, card: Card, text: str) -> None:
        """Keep what is typed so far; what is as it was shown needs no draft."""
        if clean(text) == card.shown:
            drafts.drop(self.store, card.row.id, self.author)
        else:
            drafts.put(self.store, card.row.id, self.author, text)

    def split(self, card: Card, text_at: int | None, sample: int | None = None) -> ActionDone:
        """Cut it in two, where the cursors stand; see `reshaping.split`."""
        return reshaping.split(self.store, self.author, card, text_at, sample)

    def merge(self, card: Card, towards: reshaping.Towards) -> ActionDone:
        """Join it with a neighbour; see `reshaping.merge`."""
        return reshaping.merge(self.store, self.author, card, towards)

    def trim(self, card: Card, start: int, end: int) -> ActionDone:
        """Move its boundaries, samples in the recording; see `reshaping.trim`."""
        return reshaping.trim(self.store, self.author, card, start, end)

    def plan_replacement(
        self,
        find: str,
        replace: str,
        *,
        whole_words: bool = True,
        match_case: bool = False,
        regex: bool = False,
        view: View = replacing.ALL,
    ) -> ReplacementPlan:
        """What replacing would change; see `replacing.plan`."""
        return replacing.plan(
            self.store, find, replace, whole_words=whole_words, match_case=match_case, regex=regex, view=view
        )

    def like_this(self, before_words: str, after_words: str, segment: int) -> ReplacementPlan:
        """What making a correction everywhere would change; see `repeat_correction.like_this`."""
        return repeat_correction.like_this(self.store, before_words, after_words, segment)

    def carry_out(self, plan: ReplacementPlan, chosen: Collection[int]) -> Replaced:
        """Replace in the chosen segments, as one action; see `replacing.carry_out`."""
        return replacing.carry_out(self.store, self.author, plan, chosen)

    def second_look(self, n: int = 1) -> list[int]:
        """Own items that are due for a blind second pass; see `second_look.due`."""
        return second_look.due(self.store, self.author, n)

    def second_card(self, segment: int) -> Card:
        """A card that does not show what the author wrote; see `second_look.blind`."""
        return second_look.blind(self.store, self.author, segment)

    def second_pass(self, card: Card, text: str, listened: float) -> SecondLook:
        """Keep what the author wrote this time; see `second_look.compare`."""
        return second_look.compare(self.store, self.author, card, text, listened)

    def agreement(self) -> Interval | None:
        """The error rate between the author's passes; see `second_look.agreement`."""
        return second_look.agreement(self.store, self.author)

    def undo(self, before: int | None = None) -> ActionDone | None:
        """Take back the newest thing this author did; None when nothing is left.

        Args:
            before: only what was done before this action, such as `ConflictError.action`.

        Raises:
            ConflictError: a segment of it was changed since by somebody else.
        """
        return actions.undo(self.store, self.author, before)

    def redo(self) -> ActionDone | None:
        """Do again what was undone last; None when there is nothing. Raises ConflictError as `undo`."""
        return actions.redo(self.store, self.author)

    def history(self, limit: int = 50) -> list[Action]:
        """What this author did, newest first, with what was undone and redone. Raises StoreError."""
        rows = self.store.execute(
            "SELECT * FROM actions WHERE author = ? ORDER BY id DESC LIMIT ?", (clean(self.author), limit)
        )
        return [Action(**row) for row in rows]

    def _change(self, card: Card, kind: str, to: SegmentState, summary: str = "") -> ActionDone:
        """One change of one segment that leaves its text as it is."""
        change = SegmentChange(card.row.id, to, card.row.revision)
        return act(self.store, self.author, kind, [change], summary=f"{kind}: {summary}" if summary else kind)
