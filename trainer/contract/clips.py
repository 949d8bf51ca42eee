"""manifest.jsonl: the snapshot a run learns from, one clip a line, and how much of it there must be at least.

A clip is a span of a recording. The recording's hash is that of its 16-bit samples, so that it is the same however
they are packed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.units import SAMPLE_RATE
from trainer.contract.errors import DataError

SPLITS = ("train", "dev", "test")
ORIGINS = ("learner", "replay", "noise", "general", "regional")
LEAST_CLIPS = 8
LEAST_SECONDS = 20.0
"""Of the learner's own speech in train: below that nothing is learnt but the clips themselves."""
LEAST_DEV_CLIPS = 2


@dataclass(frozen=True)
class ClipWord:
    """One word of the text; seconds from the clip's start."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Clip:
    """What is said in a span of a recording."""

    audio: Path
    """Absolute; 16 kHz mono, any lossless format."""
    start: int
    end: int
    """Samples of the recording."""
    text: str
    """Verbatim; empty where nobody speaks."""
    words: tuple[ClipWord, ...]
    """In order, or none where times are not known."""
    split: str
    speaker: str
    recording: str
    """Clips of one recording stay in one split."""
    sha256: str
    """Of the recording's 16-bit samples."""
    origin: str
    """learner: their own corrected speech. replay: speech not to be forgotten. noise: nobody speaks. general:
    speech that is never learnt from, to see what was forgotten. regional: others who speak like the learner."""

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SAMPLE_RATE


def line_of(clip: Clip) -> str:
    """A clip as its line of the manifest, line feed and all."""
    return json.dumps({**dataclasses.asdict(clip), "audio": str(clip.audio)}, ensure_ascii=False) + "\n"


def clip_from(row: Any) -> Clip:
    """The clip in a parsed line. Raises ValueError for anything else; the text says what is wrong with it."""
    try:
        return _clip(row)
    except KeyError as error:
        raise ValueError(f"lacks {error}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def read_manifest(path: Path) -> tuple[list[Clip], str]:
    """All clips, and the SHA-256 of the file.

    Raises:
        DataError: no such file, or a line that is not a clip.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})", "start the run anew", path) from error
    clips = []
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        if line.strip():
            try:
                clips.append(clip_from(json.loads(line)))
            except (ValueError, RecursionError) as error:
                raise DataError(
                    f"Line {number} of {path} is no clip ({error})", "start the run anew", f"{path}, line {number}"
                ) from error
    return clips, hashlib.sha256(data).hexdigest()


def _clip(row: Any) -> Clip:
    start, end = row["start"], row["end"]
    if not (type(start) is int and type(end) is int and 0 <= start < end):
        raise ValueError(f"samples {start} to {end} are not a span")
    texts = {name: row[name] for name in ("audio", "text", "split", "speaker", "recording", "sha256", "origin")}
    if wrong := next((name for name, value in texts.items() if not isinstance(value, str)), None):
        raise ValueError(f"“{wrong}” is not text")
    if texts["split"] not in SPLITS or texts["origin"] not in ORIGINS:
        raise ValueError(f"split “{texts['split']}”, origin “{texts['origin']}”")
    if texts["origin"] == "general" and texts["split"] != "test":
        raise ValueError(f"general speech in split “{texts['split']}”, though it is only ever tested on")
    audio = Path(texts.pop("audio"))
    if not audio.is_absolute():
        raise ValueError(f"{audio} is not an absolute path")
    words = tuple(ClipWord(str(w["text"]), float(w["start"]), float(w["end"])) for w in row.get("words") or [])
    text = " ".join(texts.pop("text").split())
    return Clip(audio=audio, start=start, end=end, text=text, words=words, **texts)
