"""In how short a window a new version hears as well as in a full one.

It was trained with windows as short as its clips, with some silence behind them, and with full ones between.
Whether that sufficed is measured on dev, through the app's own recogniser, before the version gets its name: the
app then hears its turns in the shortest window that lost nothing, and all that is measured later is measured so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.device import Device
from models.evaluation.scoring import Errors, difference, total, word_errors
from models.whisper import windows
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows
from trainer.contract.clips import Clip
from trainer.files import write_json
from trainer.manifest import waveform

MARGINS = (0.3, 0.6)
"""Seconds of silence behind the speech that are tried, the shortest first."""
WORSE = 0.01
"""So many more words wrong in a hundred are taken for chance …"""
LEAST_WORDS = 100
"""… when at least so many were heard; with fewer nothing can be said, and windows stay full."""


def choose_windows(ct2: Path, clips: Sequence[Clip], device: Device, between: Callable[[], None]) -> dict[str, Any]:
    """Find the shortest window and note it in the version's folder.

    Args:
        ct2: the converted model.
        clips: of dev, the learner's and others'.
        between: called before every clip, and may raise to stop.

    Returns:
        `margin` in seconds, None for full windows; and what was `tried`, with the difference from full windows in
        words and its interval.

    Raises:
        ModelError: it cannot be loaded.
        DataError: a recording went away.
        OSError: a full disk.
    """
    (ct2 / windows.NAME).unlink(missing_ok=True)
    words = sum(len(clip.text.split()) for clip in clips)
    if words < LEAST_WORDS:
        return {"margin": None, "tried": []}
    full = _errors(ct2, Windows(), clips, device, between)
    tried: list[dict[str, Any]] = [{"margin": None, "wer": total(full).rate, "words": total(full).words}]
    for margin in MARGINS:
        errors = _errors(ct2, Windows(margin), clips, device, between)
        change = difference(full, errors)
        tried.append({
            "margin": margin, "wer": total(errors).rate, "words": total(errors).words, "change": change.value,
            "change_low": change.low, "change_high": change.high,
        })  # fmt: skip
        if change.value <= WORSE:
            write_json(ct2 / windows.NAME, {"v": windows.VERSION, "margin": margin, "tried": tried})
            return {"margin": margin, "tried": tried}
    return {"margin": None, "tried": tried}


def _errors(
    ct2: Path, hears: Windows, clips: Sequence[Clip], device: Device, between: Callable[[], None]
) -> list[Errors]:
    recogniser = WhisperRecogniser(ct2, "trial", device, hears)
    errors = []
    for clip in clips:
        between()
        errors.append(word_errors(clip.text, recogniser.recognise(waveform(clip)).text))
    return errors
