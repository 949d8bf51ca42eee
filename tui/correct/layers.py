"""What the first layer of the Correct screen asks of those above it.

The screen is a chain, each layer a file: the queue and its cards, sound, keys, text, accepting, deciding. A
lower one calls what a higher one does by these names, and by no others.
"""

from __future__ import annotations

from typing import Any

from core.review.card import Card
from store.segments.edits import ConflictError
from tui.shell.mode_screen import ModeScreen


class Layers(ModeScreen):
    """The names; every one is given its meaning further up."""

    async def take_key(self, event: Any, widget: Any) -> bool:
        """Whether a key was for this screen."""
        raise NotImplementedError

    def show_card(self, card: Card, again: bool) -> None:
        """The card has come; `again` means that it was shown before and has changed."""
        raise NotImplementedError

    def fetched(self, card: Card) -> None:
        """A card has come, to be shown now or soon."""
        raise NotImplementedError

    def show_neighbours(self) -> None:
        """What is said before and after has changed."""
        raise NotImplementedError

    def leave_card(self) -> None:
        """Another segment is about to be shown."""
        raise NotImplementedError

    def show_nothing(self, why: str) -> None:
        """There is no segment to show."""
        raise NotImplementedError

    def view_changed(self) -> None:
        """Other segments, or another order of them."""
        raise NotImplementedError

    def changed_elsewhere(self, card: Card) -> None:
        """Another process changed the segment that is shown."""
        raise NotImplementedError

    def conflicted(self, error: ConflictError) -> None:
        """Two people changed the same segment."""
        raise NotImplementedError
