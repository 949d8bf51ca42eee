"""Whether a recogniser hears as well in short windows as in full ones, each clip heard both ways.

The clips are what the learner corrected and training never saw, where there is any; else the bench's sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.bench.turns import HEARS
from core.versions.active import ModelChoice
from core.versions.compare import held_out
from models.device import Device
from models.evaluation.scoring import Errors, difference, interval, total, word_errors
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows
from store import reasons
from store.database import Store

Sentences = Sequence[tuple[str, NDArray[np.float32]]]
"""Texts, and how they sound."""
Clip = tuple[str, str, Callable[[], NDArray[np.float32]]]
"""The recording with which it stands and falls, what is said in it, and how it sounds."""
LEAST = 2
"""Clips, for there to be a spread."""


def compared(data: Path, choice: ModelChoice, said: Sentences, device: Device) -> dict[str, object]:
    """Word error rates in full and in short windows, and the change with its paired interval.

    Args:
        data: the data folder; it may not be there.
        choice: the recogniser. Where it is known what windows it hears in, those are measured.
        said: sentences of the bench and how they sound, for want of anything better.
    """
    short = choice.hears.margin is not None
    hears = choice.hears if short else HEARS
    which, clips = _learners(data) if (data / reasons.DATABASE).exists() else ("", [])
    if len({recording for recording, *_ in clips}) < LEAST:
        which = "the bench's sentences"
        clips = [(f"sentence {n}", text, partial(np.asarray, audio)) for n, (text, audio) in enumerate(said)]
    before, after = (
        _errors(WhisperRecogniser(choice.path, choice.name, device, one), clips) for one in (Windows(), hears)
    )
    found: dict[str, object] = {"windows_heard": which, "windows_margin_s": hears.margin}
    found |= {"windows_floor_s": hears.floor, "windows_in_use": "short" if short else "full"}
    rates = {"wer_full": interval(before), "wer_short": interval(after), "change": difference(before, after)}
    for figure, rate in rates.items():
        found[f"windows_{figure}"] = rate.value
        found |= {f"windows_{figure}_low": rate.low, f"windows_{figure}_high": rate.high}
    return {
        **found,
        "windows_words": total(before).words,
        "windows_clips": len(clips),
        "windows_blocks": len(before),
    }


def _learners(data: Path) -> tuple[str, list[Clip]]:
    """What the learner corrected for the test, else for dev."""
    with Store.open(data) as store:
        for split in ("test", "dev"):
            if clips := held_out(store, split)[1]:
                return f"the learner's {split} split", [(clip.recording, clip.text, clip.audio) for clip in clips]
    return "", []


def _errors(recogniser: WhisperRecogniser, clips: Sequence[Clip]) -> list[Errors]:
    """Word errors of each recording, in the order in which they first appear."""
    found: dict[str, list[Errors]] = defaultdict(list)
    for recording, text, audio in clips:
        found[recording].append(word_errors(text, recogniser.recognise(audio()).text))
    return [total(errors) for errors in found.values()]
