"""Hearing held-out speech with any version, and two versions side by side on the same clips.

What a version heard is kept, so that a comparison that was made once is there at once. An app that must not load a
model runs `python -P -m core.versions.compare DATA FIRST SECOND` as a task.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.processes.command import answer_interrupts
from core.processes.events import Failed, Progress, report
from core.runs.errors import TrainingRefused
from core.versions.active import RECOGNISER, ModelChoice, Warn, active, open_recogniser, quiet
from models import device
from models.errors import AudioError, ModelError
from models.evaluation import cache
from models.evaluation.evaluate import STRICT_WORDS, Evaluation, TestClip, change, evaluate
from models.evaluation.rates import Interval
from models.evaluation.scoring import normalise
from store.audio.decoding import read_audio
from store.audio.folder import AudioFolder
from store.database import Store
from store.errors import StoreError
from store.formats import formats
from store.formats.item import Item, Rejected
from store.paths import write_safely
from store.segments.splits import SPLITS
from store.text import clean, shown
from store.units import SAMPLE_RATE

SET = "test"
"""The one set of these evaluations, whatever split or file it is of."""
CACHE = Path("cache") / "evaluation"
LONGEST = 4 * 3600.0
"""Seconds of a file that a manifest names."""
CORRECTED = """
SELECT s.id, s.recording_id, s.start, s."end", s.speaker, s.reference, r.sha256, r.block
FROM segments s JOIN recordings r ON r.id = s.recording_id
WHERE s.status = 'corrected' AND s.split = ? AND s.reference != '' ORDER BY s.recording_id, s.start, s.id
"""

LISTENS = {SET: "hears your clips", "silence": "hears silence", "timestamps": "tells when words are said"}

OnProgress = Callable[[str, str, int, int], None]
"""Takes the version, what it listens to (test, silence, timestamps), and how many of how many clips are done."""


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """Where a clip lies in the store."""

    segment: int
    sha256: str
    """Of its recording."""
    start: int
    end: int
    """Samples."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on the same clips."""

    first: Evaluation
    second: Evaluation
    change: Interval
    """Word error rate of the second minus that of the first, paired; below zero the second is better."""
    split: str
    """That the clips are of: test, or dev where nothing was set aside as a test."""
    spans: tuple[ClipSpan, ...]
    """Of each clip of the set “test”, in its order."""

    def swapped(self) -> Comparison:
        turned = change(self.second.sets[SET], self.first.sets[SET])
        return dataclasses.replace(self, first=self.second, second=self.first, change=turned)

    @property
    def strict_change(self) -> Interval:
        """The change by the strict rule."""
        return change(self.first.sets[SET], self.second.sets[SET], STRICT_WORDS)

    def as_json(self) -> dict[str, Any]:
        """As `from_json` takes it: JSON values only."""
        return {
            "first": self.first.as_json(),
            "second": self.second.as_json(),
            "change": dataclasses.asdict(self.change),
            "split": self.split,
            "spans": [[span.segment, span.sha256, span.start, span.end] for span in self.spans],
        }

    @classmethod
    def from_json(cls, body: Any) -> Comparison:
        """What `as_json` gave. Raises ModelError for anything else."""
        try:
            spans = tuple(ClipSpan(*span) for span in body["spans"])
            first, second = Evaluation.from_json(body["first"]), Evaluation.from_json(body["second"])
            change = Interval(**body["change"])
            if not len(first.sets[SET]) == len(second.sets[SET]) == len(spans):
                raise ValueError("its clips are not as many as their places")
            if first.rule != second.rule:
                raise ValueError("its errors are counted by two rules")
            return cls(first, second, change, str(body["split"]), spans)
        except (LookupError, TypeError, ValueError) as error:
            raise ModelError(f"A comparison is damaged ({str(error)[:120]})", "compare again") from error


def compared(
    store: Store,
    first: str,
    second: str,
    split: str = "test",
    on_progress: OnProgress = lambda model, part, done, total: None,
) -> Comparison:
    """Let two versions hear the same held-out clips; those of dev where nothing is set aside as a test.

    Args:
        first, second: names of versions, or of recognisers of this machine.

    Raises:
        TrainingRefused: there is nothing to hear.
        ModelError: one of the two is not there, damaged, or no recogniser.
        StoreError: the database or a recording cannot be read.
    """
    spans, clips = held_out(store, split)
    if not clips and split == "test":
        split = "dev"
        spans, clips = held_out(store, split)
    if not clips:
        raise TrainingRefused(
            "Nothing that you corrected is held out from training, so there is nothing to compare on",
            "split your corrections on the Dataset screen (3, then s) or with `tertulia split`",
        )
    sounds = [f"{span.sha256} {span.start} {span.end}" for span in spans]
    # Both are looked over before either listens for minutes.
    choices = [active(store.folder, RECOGNISER, name) for name in (first, second)]
    one, other = (_evaluate(store, choice, sounds, clips, on_progress) for choice in choices)
    return Comparison(one, other, change(one.sets[SET], other.sets[SET]), split, tuple(spans))


def evaluated(
    store: Store,
    name: str | None = None,
    split: str = "test",
    manifest: Path | None = None,
    on_progress: OnProgress = lambda model, part, done, total: None,
    warn: Warn = quiet,
) -> Evaluation:
    """Let a version hear a split of the corrections, or the clips that a file names; the set is called “test”.

    Args:
        name: of a version, or of a recogniser of this machine; None for the one in use.
        manifest: a table with columns such as audio and text, or any other format that can be imported; it goes
            before the split. Rows without text are passed over.
        warn: takes a sentence where the active version cannot be used, and the one before it is.

    Raises:
        TrainingRefused: there is nothing to hear.
        ModelError: there is no such recogniser, or it is damaged.
        StoreError: the database, the file or a recording cannot be read.
    """
    if manifest is not None:
        sounds, clips = _described(manifest)
    else:
        spans, clips = held_out(store, split)
        sounds = [f"{span.sha256} {span.start} {span.end}" for span in spans]
        if not clips:
            raise TrainingRefused(
                f"Nothing that you corrected is in the split {split}", "split again with `tertulia split`"
            )
    return _evaluate(store, active(store.folder, RECOGNISER, name, warn), sounds, clips, on_progress)


# --- what is heard --------------------------------------------------------------------------------


def held_out(store: Store, split: str) -> tuple[list[ClipSpan], list[TestClip]]:
    """The corrected segments of a split in which something is said. Raises TrainingRefused for no split."""
    if split not in SPLITS:
        raise TrainingRefused(f"“{clean(split)}” is no split", f"use one of {', '.join(SPLITS)}")
    audio = AudioFolder(store.folder)
    spans, clips = [], []
    for row in store.execute(CORRECTED, (split,)):
        if normalise(row["reference"]):
            span = ClipSpan(row["id"], row["sha256"], row["start"], row["end"])
            sound = partial(audio.span, span.sha256, span.start, span.end)
            spans.append(span)
            recording = row["block"] or f"recording {row['recording_id']}"
            clips.append(TestClip(sound, row["reference"], recording, row["speaker"], SET))
    return spans, clips


def _described(path: Path) -> tuple[list[str], list[TestClip]]:
    """A key of each sound, and the clips that a file of another tool describes."""
    sounds, clips = [], []
    files: dict[Path, str] = {}
    kind = formats.guess(path)
    if kind.read_into:  # each sound is there only until the last row is read
        raise TrainingRefused(
            f"{shown(path)} holds its audio inside", "import it, or name a table of audio files", path
        )
    for item in kind.read(path):
        if isinstance(item, Rejected):
            raise TrainingRefused(f"{item.where} cannot be heard: {item.reason}", place=item.where)
        if normalise(item.text):
            if item.audio not in files:
                files[item.audio] = _digest(item.audio)
            sounds.append(f"{files[item.audio]} {item.samples or (item.start, item.end)}")
            clips.append(TestClip(partial(_sound, item), item.text, shown(item.audio), item.speaker, SET))
    if not clips:
        raise TrainingRefused(
            f"{shown(path)} has no row with a text, so there is nothing to compare what is heard with",
            "write down what is said",
            path,
        )
    return sounds, clips


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(f"{shown(path)} cannot be read ({error.strerror})", "check the file", path) from error


@lru_cache(maxsize=1)
def _file(path: Path) -> NDArray[np.float32]:
    """All of a file; rows of the same one usually follow each other. Raises StoreError."""
    return read_audio(path, LONGEST)


def _sound(item: Item) -> NDArray[np.float32]:
    """The samples of a row. Raises StoreError."""
    whole = _file(item.audio)
    start, end = item.samples or (
        round((item.start or 0.0) * SAMPLE_RATE),
        len(whole) if item.end is None else round(item.end * SAMPLE_RATE),
    )
    if not (found := whole[start:end]).size:
        raise StoreError(
            f"{item.where} names a span that is not in {shown(item.audio)}", "check its times", item.where
        )
    return found


def _evaluate(
    store: Store, choice: ModelChoice, sounds: Sequence[str], clips: Sequence[TestClip], on_progress: OnProgress
) -> Evaluation:
    """The evaluation of a recogniser: the stored one, or a new one."""
    name, where = choice.name, device.choose()
    path = cache.place(store.folder / CACHE, choice.path, where.compute_type, sounds, clips, choice.hears)
    if found := cache.read(path, clips):
        on_progress(name, SET, len(clips), len(clips))
        return dataclasses.replace(found, model=name)
    try:
        found = evaluate(open_recogniser(choice, where), clips, partial(on_progress, name))
    except AudioError as error:
        raise StoreError(error.what, error.remedy, error.place) from error
    with contextlib.suppress(StoreError):  # a full disk costs a second listening, nothing else
        write_safely(store.folder, path, json.dumps(found.as_json(), ensure_ascii=False).encode())
    return found


# --- a process of its own -------------------------------------------------------------------------


def main() -> int:
    """Compare two versions, as a task; the exit code is 1 where there is no comparison."""
    from core.errors import SENTENCES

    parser = argparse.ArgumentParser(prog="core.versions.compare", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("first")
    parser.add_argument("second")
    arguments = parser.parse_args()
    answer_interrupts()

    def on_progress(model: str, part: str, done: int, total: int) -> None:
        report(Progress(f"{model} {LISTENS.get(part, part)}: {done} of {total}", done / total if total else None))

    try:
        with Store.open(arguments.data) as store:
            found = compared(store, arguments.first, arguments.second, on_progress=on_progress)
    except BrokenPipeError:  # nobody listens any more
        return 1
    except SENTENCES as error:
        report(Failed.of(error))
        return 1
    print(json.dumps(found.as_json(), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
