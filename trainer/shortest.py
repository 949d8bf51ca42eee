"""In how short a window a new version hears as well as in a full one.

It was trained with windows as short as its clips, with some silence behind them, and with full ones between.
Whether that sufficed is measured on dev, through the app's own recogniser, before the version gets its name: the
app then hears its turns in the shortest window that lost nothing, and all that is measured later is measured so.
A version of the starter hears in nearly any; one of a real Whisper may need what its base needs.
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
from trainer.contract.folder import DEPLOYED
from trainer.contract.job import Job
from trainer.files import write_json
from trainer.manifest import waveform

MARGINS = (0.3, 0.6)
"""Seconds of silence behind the speech that are tried before the windows of the base, the shortest first."""
WORSE = 0.01
"""So many more words wrong in a hundred are taken for chance …"""
LEAST_WORDS = 100
"""… when at least so many were heard; with fewer nothing can be said, and windows stay as those of the base."""


def of_base(job: Job) -> Windows:
    """The windows in which the base of a run hears: as the job says, else as the folder in which it listens does.

    Raises:
        ModelError: the file there is damaged.
    """
    return job.hears or windows.read(job.base.with_name(DEPLOYED))


def choose_windows(
    ct2: Path, base: Windows, clips: Sequence[Clip], device: Device, between: Callable[[], None]
) -> dict[str, Any]:
    """Find the shortest windows and note them in the version's folder.

    Args:
        ct2: the converted model.
        base: those of what it was trained from. It begins with them: where there is too little to hear, they stay.
        clips: of dev, the learner's and others'.
        between: called before every clip, and may raise to stop.

    Returns:
        `margin` in seconds, None for full windows; their `floor`; and what was `tried`, with the difference from
        full windows in words and its interval.

    Raises:
        ModelError: it cannot be loaded.
        DataError: a recording went away.
        OSError: a full disk.
    """
    (ct2 / windows.NAME).unlink(missing_ok=True)
    if sum(len(clip.text.split()) for clip in clips) < LEAST_WORDS:
        return _noted(ct2, base, [])
    full = _errors(ct2, Windows(), clips, device, between)
    tried: list[dict[str, Any]] = [{**Windows().as_json(), "wer": total(full).rate, "words": total(full).words}]
    for hears in dict.fromkeys([*(Windows(margin) for margin in MARGINS), base]):
        if hears.margin is None:
            break
        errors = _errors(ct2, hears, clips, device, between)
        change = difference(full, errors)
        tried.append({
            **hears.as_json(), "wer": total(errors).rate, "words": total(errors).words, "change": change.value,
            "change_low": change.low, "change_high": change.high,
        })  # fmt: skip
        if change.value <= WORSE:
            return _noted(ct2, hears, tried)
    return _noted(ct2, Windows(), tried)


def _noted(ct2: Path, hears: Windows, tried: list[dict[str, Any]]) -> dict[str, Any]:
    """Put down beside the weights what windows they hear in; full ones need no file."""
    if hears.margin is not None:
        write_json(ct2 / windows.NAME, {"v": windows.VERSION, **hears.as_json(), "tried": tried})
    return {**hears.as_json(), "tried": tried}


def _errors(
    ct2: Path, hears: Windows, clips: Sequence[Clip], device: Device, between: Callable[[], None]
) -> list[Errors]:
    recogniser = WhisperRecogniser(ct2, "trial", device, hears)
    errors = []
    for clip in clips:
        between()
        errors.append(word_errors(clip.text, recogniser.recognise(waveform(clip)).text))
    return errors
