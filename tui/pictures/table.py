"""Which pictures there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from tui.pictures import correct, dataset, models, talk, train

Picture = Callable[..., Awaitable[str]]
"""Width and height in cells, and the name of a theme; all of them can be left out."""

SCREENS: dict[str, Picture] = {
    "talk-beginning": talk.beginning,
    "talk": talk.picture,
    "correct": correct.picture,
    "dataset": dataset.picture,
    "train": train.picture,
    "models": models.picture,
}
README: dict[Path, Picture] = {
    talk.PICTURE: talk.picture,
    correct.PICTURE_CORRECT: correct.picture,
    dataset.PICTURE_DATASET: dataset.picture,
    train.PICTURE_TRAIN: train.picture,
}
