"""Looking over the clips of a job before they are learnt from, and reading their sound.

A recording that was changed since the snapshot is noticed before it teaches something that nobody said.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.units import SAMPLE_RATE, WINDOW
from trainer.contract.clips import LEAST_CLIPS, LEAST_DEV_CLIPS, LEAST_SECONDS, Clip
from trainer.contract.errors import DataError

BLOCK = 1 << 20


def check_clips(clips: Sequence[Clip], tokens: Callable[[str], int], most_tokens: int) -> None:
    """Refuse data that would teach nothing or the wrong thing.

    Args:
        tokens: how many positions of the decoder a text takes.
        most_tokens: how many the decoder has.

    Raises:
        DataError: the first fault found.
    """
    for clip in clips:
        where = f"The clip at {clip.start / SAMPLE_RATE:.1f} s of {clip.audio}"
        if clip.end - clip.start > WINDOW:
            raise DataError(f"{where} is {clip.seconds:.1f} s long, more than 30 s", "split it at a pause", where)
        if not clip.text and clip.origin != "noise":
            raise DataError(f"{where} has no text", "write down what is said, or mark it as not speech", where)
        if clip.text and clip.origin == "noise":
            raise DataError(f"{where} is noise and has a text", "empty it, or mark the clip as speech", where)
        if (length := tokens(clip.text)) > most_tokens:
            raise DataError(f"{where} has {length} tokens, more than {most_tokens}", "split it at a pause", where)
    own = [clip for clip in clips if clip.origin == "learner"]
    train = [clip for clip in own if clip.split == "train"]
    seconds = sum(clip.seconds for clip in train)
    if len(train) < LEAST_CLIPS or seconds < LEAST_SECONDS:
        raise DataError(
            f"There are {len(train)} corrected clips to train on, {seconds:.0f} s in all",
            f"correct at least {LEAST_CLIPS} clips and {LEAST_SECONDS:.0f} s",
        )
    if len({clip.recording for clip in own}) == 1:
        raise DataError(
            "All corrected clips are of one recording",
            "record and correct another day, so that the gain can be measured on speech that was not trained on",
        )
    if sum(clip.split == "dev" for clip in own) < LEAST_DEV_CLIPS:
        raise DataError(
            "There is nothing to measure progress on", f"correct at least {LEAST_DEV_CLIPS} clips of the dev split"
        )
    places = Counter(name for name, _ in {(clip.recording, clip.split) for clip in clips})
    if torn := next((name for name, splits in places.items() if splits > 1), None):
        raise DataError(f"Recording {torn} is in more than one split", "assign splits by recording")


def check_audio(clips: Sequence[Clip]) -> None:
    """Read every recording once and compare it with the snapshot, in constant memory.

    Raises:
        DataError: a recording that is gone, unreadable, shorter than its clips, or not what it was.
    """
    ends: dict[tuple[Path, str], int] = {}
    for clip in clips:
        key = (clip.audio, clip.sha256)
        ends[key] = max(ends.get(key, 0), clip.end)
    for (path, wanted), end in ends.items():
        samples, sha256 = measured(path)
        if sha256 != wanted:
            raise DataError(f"The recording {path} was changed since the snapshot", "start the run anew", path)
        if samples < end:
            raise DataError(f"The recording {path} is shorter than its clips", "start the run anew", path)


def measured(path: Path) -> tuple[int, str]:
    """Samples of a recording, and their hash. Raises DataError when it cannot be read, or is of another kind."""
    import soundfile

    digest, samples = hashlib.sha256(), 0
    try:
        with soundfile.SoundFile(path) as sound:
            if (sound.samplerate, sound.channels) != (SAMPLE_RATE, 1):
                raise DataError(f"The recording {path} is not 16 kHz mono", "import it again", path)
            while len(block := sound.read(BLOCK, dtype="int16")):
                digest.update(block.tobytes())
                samples += len(block)
    except (OSError, soundfile.LibsndfileError) as error:
        raise DataError(
            f"The recording {path} is gone or cannot be read",
            "restore it from a backup, or start the run anew",
            path,
        ) from error
    return samples, digest.hexdigest()


def waveform(clip: Clip) -> NDArray[np.float32]:
    """The clip's samples, float32 16 kHz; only that span is read. Raises DataError when it cannot be."""
    import soundfile

    try:
        with soundfile.SoundFile(clip.audio) as sound:
            sound.seek(clip.start)
            pcm = sound.read(clip.end - clip.start, dtype="int16")
    except (OSError, soundfile.LibsndfileError) as error:
        raise DataError(f"The recording {clip.audio} went away in mid-run", "put it back, then resume") from error
    return np.asarray(pcm, np.float32) / np.float32(32_768)
