"""The corrections are entered: what was truly said, through the desk, as a person would who types fast."""

from __future__ import annotations

from collections.abc import Iterable

from core.dataset.splits import Assigned, assign
from core.demo.learner import LearnerPlan
from core.demo.talking import HeardSentence
from core.review.desk import Desk
from store.database import Store

AUTHOR = "demo"


def correct(store: Store, said: Iterable[HeardSentence], plan: LearnerPlan) -> Assigned:
    """Accept every sentence with its true text, where that was not done before, and put each sitting into a split.

    Raises:
        StoreError: the disk is full, or somebody else is at these segments.
    """
    desk = Desk(store, AUTHOR)
    for one in said:
        card = desk.card(one.segment)
        if card.row.status != "corrected":
            desk.accept(card, one.sentence.text, listened=card.row.seconds)
    return assign(store, (plan.train, plan.dev, plan.test))
