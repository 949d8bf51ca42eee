"""The screens of the five modes, each loaded when it is first shown: the app starts with Talk, and sooner so."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from textual.screen import Screen

from tui.talk.screen import TalkScreen

WARM = (
    "tui.correct.screen",
    "core.review.desk",
    "core.review.cost",
    "core.review.derived_columns",
    "store.audio.folder",
)
"""What the Correct screen needs."""


def warm() -> None:
    """Load the Correct screen's modules while the learner reads the tutor's first words: it opens twice as soon."""
    for module in WARM:
        importlib.import_module(module)


def _correct() -> Screen[Any]:
    from tui.correct.screen import CorrectScreen

    return CorrectScreen()


def _dataset() -> Screen[Any]:
    from tui.dataset.screen import DatasetScreen

    return DatasetScreen()


def _train() -> Screen[Any]:
    from tui.train.screen import TrainScreen

    return TrainScreen()


def _models() -> Screen[Any]:
    from tui.models.screen import ModelsScreen

    return ModelsScreen()


SCREENS: Mapping[str, Callable[[], Screen[Any]]] = {
    "talk": TalkScreen,
    "correct": _correct,
    "dataset": _dataset,
    "train": _train,
    "models": _models,
}
