"""The table of modes: the app's screens, a key each. A new one is a folder of its own and a row here.

The keys, the header, the palette, the help and the app are all made from this table. Screens are named, not
imported: each is loaded when it is first shown, so the app starts with Talk alone, and sooner so.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.messages import ModelChosen, PromotionEnded, QueueReheard

if TYPE_CHECKING:
    from textual.message import Message
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Mode:
    """One screen of the app."""

    name: str
    """As its screen's MODE has it, and the id of its key: mode.name."""
    key: str
    """In Textual's names: 1, comma."""
    title: str
    """One word, for the header."""
    tip: str
    """One sentence for help and palette."""
    screen: str
    """Module and class, with a colon between them."""
    preload: tuple[str, ...] = ()
    """Modules that are loaded soon after the start, so that it opens sooner."""
    news: tuple[type[Message], ...] = ()
    """Messages of the app that its screen is sent, once it has been opened."""

    def load(self) -> type[Screen[Any]]:
        """The class of its screen."""
        module, _, name = self.screen.partition(":")
        found: type[Screen[Any]] = getattr(importlib.import_module(module), name)
        return found

    def open(self) -> Screen[Any]:
        """A new screen."""
        return self.load()()


MODES: tuple[Mode, ...] = (
    Mode("talk", "1", "Talk", "Talk with the tutor.", "tui.talk.screen:TalkScreen"),
    Mode(
        "correct", "2", "Correct", "Correct what was misheard.", "tui.correct.screen:CorrectScreen",
        preload=(
            "tui.correct.screen", "core.review.desk", "core.review.cost", "core.review.derived_columns",
            "store.audio.folder",
        ),
        news=(QueueReheard,),
    ),
    Mode("dataset", "3", "Dataset", "See what your corrections add up to.", "tui.dataset.screen:DatasetScreen"),
    Mode(
        "train", "4", "Train", "Retrain the ear on your corrections.", "tui.train.screen:TrainScreen",
        news=(PromotionEnded,),
    ),
    Mode(
        "models", "5", "Models", "Choose, fetch and hear the models.", "tui.models.screen:ModelsScreen",
        news=(PromotionEnded, ModelChosen),
    ),
)  # fmt: skip


def warm() -> None:
    """Load what modes want preloaded, while the learner reads the tutor's first words."""
    for mode in MODES:
        for module in mode.preload:
            importlib.import_module(module)
