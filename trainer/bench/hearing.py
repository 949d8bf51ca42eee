"""What each side's adapter is worth: the held-out sentences, heard by the app's own recogniser.

Everybody hears the same clips twice: in full windows, and in windows as short as the speech, as the app hears with
a version that lost nothing by it. The standard recipe never showed its network a short window, so its figure there
only says why the app does not use them with every model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.device import Device
from models.evaluation.rates import Interval
from models.evaluation.scoring import Errors, difference, interval, word_errors
from models.whisper.recogniser import WhisperRecogniser
from models.whisper.windows import Windows
from trainer.contract.clips import Clip
from trainer.manifest import waveform

MARGIN = 0.3
"""Seconds of silence behind the speech in a short window."""
WINDOWS = {"full": Windows(), "short": Windows(MARGIN)}


def heard(folders: dict[str, Path], clips: Sequence[Clip], threads: int) -> dict[str, Any]:
    """Word error rates of the CTranslate2 folders in both kinds of windows, and what changed between them.

    Args:
        folders: base, standard and ours.
        clips: held out from all of them.

    Returns:
        wer: by folder and windows; changes: ours in short windows minus the standard in full ones, and both in
        full ones; ours in short windows minus ours in full ones.
    """
    errors = {
        name: {windows: _errors(folder, name, hears, clips, threads) for windows, hears in WINDOWS.items()}
        for name, folder in folders.items()
    }
    standard, ours = errors["standard"], errors["ours"]
    return {
        "held_out": len(clips),
        "words": sum(one.words for one in standard["full"]),
        "wer": {
            name: {windows: _json(interval(some)) for windows, some in both.items()}
            for name, both in errors.items()
        },
        "change": _json(difference(standard["full"], ours["short"])),
        "change_in_full_windows": _json(difference(standard["full"], ours["full"])),
        "change_by_short_windows": _json(difference(ours["full"], ours["short"])),
    }


def _errors(folder: Path, name: str, hears: Windows, clips: Sequence[Clip], threads: int) -> list[Errors]:
    recogniser = WhisperRecogniser(folder, name, Device("cpu", threads, "the bench"), hears)
    return [word_errors(clip.text, recogniser.recognise(waveform(clip)).text) for clip in clips]


def _json(figure: Interval) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}
