"""The two sets of clips that people have read, and their halves.

Every set is one speaker. Its halves never change: by name every second clip, beginning with the first, is `dev`,
the others are `test`; a text that is read twice goes where it was first, so that none is in both. What was chosen
on clips of one half is to be shown on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from core.bench import prompts, stamps
from core.errors import CoreError
from models.audio import Audio
from models.evaluation.plain import folded, normalise

SPLITS = ("dev", "test")


class Clip(Protocol):
    """A sentence or two that a person has read."""

    @property
    def name(self) -> str: ...
    @property
    def text(self) -> str: ...

    def audio(self) -> Audio:
        """What is heard: float32, 16 kHz. Raises CoreError where it cannot be read."""


class HumanSet(NamedTuple):
    """The clips of one speaker."""

    speaker: str
    missing: Callable[[], str]
    """Why they are not here, as one sentence; empty where they are."""
    clips: Callable[[], Sequence[Clip]]


SETS = {
    "prompts": HumanSet("a woman, telephone prompts", lambda: prompts.missing(), lambda: prompts.prompts()),
    "stamps": HumanSet("a second speaker, short clips", lambda: stamps.missing(), lambda: stamps.stamps()),
}


def clips(name: str | None = None, split: str | None = None, every: int = 1) -> dict[str, list[Clip]]:
    """The clips of a set, or of all that are installed.

    Args:
        name: one of SETS.
        split: one of SPLITS; both without.
        every: only the first of so many.

    Raises:
        CoreError: what was asked for is not installed, or damaged, or there is nothing in it.
    """
    wanted = [name] if name else [each for each, one in SETS.items() if not one.missing()]
    if not wanted:
        raise _not_here("prompts")
    found: dict[str, list[Clip]] = {}
    for each in wanted:
        if SETS[each].missing():
            raise _not_here(each)
        whole = SETS[each].clips()
        kept = [clip for clip, half in zip(whole, splits(whole), strict=True) if split in (None, half)][::every]
        if not kept:
            raise CoreError(f"There are no clips in that part of the {each}", "measure a larger one")
        found[each] = kept
    return found


def splits(whole: Sequence[Clip]) -> list[str]:
    """The half of each clip of a set."""
    first: dict[str, str] = {}
    keys = [normalise(folded(clip.text)) for clip in whole]
    return [first.setdefault(key, SPLITS[number % len(SPLITS)]) for number, key in enumerate(keys)]


def _not_here(name: str) -> CoreError:
    what, _, remedy = SETS[name].missing().partition(": ")
    return CoreError(what, remedy.rstrip("."))
