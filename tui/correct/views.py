"""Which segments the Correct screen shows, in words, and the others that can be asked for."""

from __future__ import annotations

from dataclasses import replace

from core.review.lint.rules import BITS
from store.segments.queue import ORDERS, View
from tui.keys import letter
from tui.text import plain

STATUSES = ("new", "open", "corrected", "skipped", "flagged", "unsure", "warned", "all")

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


def described(view: View, title: str) -> str:
    """What is shown, in a line; `title` is its name where it has one."""
    warned, words = "warned" if view.warnings else "", f"“{view.search}”" if view.search else ""
    parts = [title] if title else [view.order, view.status, warned, view.speaker, view.split, words]
    return plain(" · ".join(part for part in parts if part))


def is_usual(view: View, title: str) -> bool:
    """Whether it is what waits to be corrected, in whatever order."""
    return not title and replace(view, cost=View().cost, order="worth") == View()


def why_empty(view: View, title: str) -> str:
    """Why there is no segment in it."""
    if not title and replace(view, cost=View().cost) == View():
        return NOTHING
    return NOT_FOUND.format(view.search) if view.search else NOTHING_HERE


def in_next_order(view: View) -> View:
    return replace(view, order=ORDERS[(ORDERS.index(view.order) + 1) % len(ORDERS)])


def with_status(view: View, status: str) -> View:
    """What was searched for and whoever speaks stay, and the status is this: one of STATUSES."""
    kept = View(order=view.order, speaker=view.speaker, search=view.search)
    if status == "warned":
        return replace(kept, status="open", warnings=sum(BITS.values()))
    return replace(kept, status=status)


def with_speaker(view: View, speaker: str) -> View:
    """The same, of this speaker; of everyone where it is empty."""
    kept = View(order=view.order, status=view.status, search=view.search)
    return replace(kept, warnings=view.warnings, speaker=speaker)


def searched(view: View, words: str) -> View:
    """All segments with these words; without words what waits."""
    return View(order=view.order, status="all" if words else "new", search=words)
