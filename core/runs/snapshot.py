"""The snapshot: which corrected segments a run learns from, and all the knobs of its job.

It is a plain picture of this moment. What is corrected afterwards belongs to the next run, and what the trainer
could not learn from, or would learn the wrong thing from, is left out here, each with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.dataset.splits import assign
from core.review.realign import realign, spoken
from core.runs import presets
from core.runs.bases import Base, resolve
from core.runs.errors import TrainingRefused
from core.runs.presets import Preset
from core.versions.active import RECOGNISER, ModelChoice, active, named
from core.words import counted
from models.errors import ModelError
from models.evaluation.scoring import normalise
from models.units import WINDOW
from store.database import Store
from store.paths import audio_path
from store.text import clean
from store.units import SAMPLE_RATE
from trainer.contract.clips import LEAST_CLIPS, LEAST_DEV_CLIPS, LEAST_SECONDS, SPLITS, Clip, ClipWord
from trainer.contract.job import PLACES, VERSION, Job

FASTEST = 30.0
"""Characters a second; nobody speaks faster, so text and sound are not the same."""
AROUND = 6
"""Positions of the decoder that the marks around a text take."""
TRANSFER_EPOCHS = 3
"""How often other people's regional speech is heard before the learner's, where nobody says otherwise."""

CORRECTED = """
SELECT s.id, s.recording_id, s.start, s."end", s.reference, s.split, s.speaker, r.sha256, r.block,
    CASE WHEN a.text = s.reference THEN a.words END AS aligned,
    (SELECT words FROM hypotheses WHERE segment_id = s.id ORDER BY id DESC LIMIT 1) AS heard
FROM segments s JOIN recordings r ON r.id = s.recording_id LEFT JOIN alignments a ON a.segment_id = s.id
WHERE s.status = 'corrected' AND s.reference IS NOT NULL ORDER BY s.id
"""
UNASSIGNED = """
SELECT count(*) FILTER (WHERE split = '') AS unassigned, count(*) FILTER (WHERE split = 'dev') AS dev,
    count(*) FILTER (WHERE split = 'test') AS test
FROM segments WHERE status = 'corrected' AND reference IS NOT NULL
"""


@dataclass(frozen=True)
class RunChoice:
    """What somebody wants trained, and how."""

    base: str = ""
    """What to start from (see `bases.resolve`); empty for what the recogniser in use was made from."""
    preset: str = "auto"
    knobs: Mapping[str, Any] = field(default_factory=dict)
    """Of job.json, in the place of the preset's."""
    regional: tuple[str, ...] = ()
    """Speakers whose corrected speech is heard first, in a stage of its own."""
    replay: tuple[str, ...] = ()
    """Speakers whose corrected speech is only replayed, so that others are not forgotten."""


@dataclass(frozen=True)
class Snapshot:
    """What a run would learn from, with its whole job."""

    rows: list[Clip]
    """The manifest."""
    base: Base
    preset: Preset
    job: Job
    knobs: dict[str, Any]
    """All of job.json: what is set; the job's own defaults hold for the rest."""
    clips: dict[str, int]
    """Of the learner's own speech, by split; below their seconds and words."""
    seconds: dict[str, float]
    words: dict[str, int]
    replay_clips: int
    """Of others, to be heard between the learner's."""
    regional_clips: int
    """Of others, to be heard before the learner's."""
    left_out: tuple[tuple[int, str], ...]
    """Corrected segments that are not in it, and why."""


def snapshot(store: Store, choice: RunChoice) -> Snapshot:
    """What training with this choice would be; corrected segments that are in no split yet are put into one first.

    Raises:
        TrainingRefused: there is nothing to learn from, too little, or nothing to measure it by; no such base,
            preset or speaker.
        StoreError: the database cannot be read or written.
    """
    assign_missing(store)
    found = store.execute(CORRECTED)
    if not found:
        raise TrainingRefused(
            "Nothing is corrected yet", "talk, then correct on the Correct screen what was misheard"
        )
    _check_names(choice, {row["speaker"] for row in found})
    base = resolve(store, choice.base or str(choice.knobs.get("base", "")))
    rows, left_out = [], []
    for row in found:
        try:
            rows.append(_line(store.folder, row, base, choice))
        except _LeftOut as reason:
            left_out.append((row["id"], str(reason)))
    own = [row for row in rows if row.origin == "learner"]
    _check(own, left_out)
    clips, seconds, words = (
        _by_split(own, measure) for measure in (lambda row: 1, lambda row: row.seconds, _words)
    )
    replay = sum(row.origin == "replay" and row.split == "train" for row in rows)
    preset = presets.named(choice.preset, seconds["train"])
    knobs = _knobs(store, choice, base, preset, int(clips["train"]), replay)
    return Snapshot(
        rows=rows,
        base=base,
        preset=preset,
        job=presets.checked(knobs, "The job"),
        knobs=knobs,
        clips={split: int(count) for split, count in clips.items()},
        seconds=seconds,
        words={split: int(count) for split, count in words.items()},
        replay_clips=replay,
        regional_clips=sum(row.origin == "regional" for row in rows),
        left_out=tuple(left_out),
    )


def assign_missing(store: Store) -> None:
    """Put corrected segments that are in no split into one, and make a dev and a test where there are none yet.

    Raises:
        StoreError: the database cannot be read or written.
    """
    [counts] = store.execute(UNASSIGNED)
    torn = store.execute(
        "SELECT 1 FROM segments JOIN recordings ON recordings.id = recording_id WHERE status = 'corrected' "
        "AND split IN ('train', 'dev', 'test') GROUP BY iif(block = '', recording_id, block) "
        "HAVING count(DISTINCT split) > 1 LIMIT 1"
    )
    if counts["unassigned"] or not (counts["dev"] and counts["test"]) or torn:
        assign(store)


class _LeftOut(Exception):  # noqa: N818 - nothing went wrong
    """A segment is no clip of the snapshot; the text says why."""


def _line(folder: Path, row: Any, base: Base, choice: RunChoice) -> Clip:
    """The clip that a corrected segment is. Raises _LeftOut."""
    text, seconds = row["reference"], (row["end"] - row["start"]) / SAMPLE_RATE
    origin, split = _role(row, choice)
    if text and not normalise(text):
        raise _LeftOut("There is no word in its text.")
    if row["end"] - row["start"] > WINDOW:
        raise _LeftOut(f"It is {seconds:.0f} s long, more than 30 s: split it at a pause.")
    if len(text) > FASTEST * seconds:
        raise _LeftOut(f"{len(text)} characters in {seconds:.1f} s are more than anybody says: is that its text?")
    # A token is at least a byte, so most texts need not be counted.
    if len(text.encode()) + 1 + AROUND > base.positions:
        tokens = len(_tokenizer(base.folder).encode(" " + text, add_special_tokens=False).ids) + AROUND
        if tokens > base.positions:
            raise _LeftOut(f"Its text has {tokens} tokens, more than {base.positions}: split it at a pause.")
    audio = audio_path(folder, row["sha256"]).absolute()
    if not audio.is_file():
        raise _LeftOut("Its recording is gone: bring it back from a backup.")
    return Clip(
        audio=audio,
        start=row["start"],
        end=row["end"],
        text=text,
        words=_timed(row, seconds) if text else (),
        split=split,
        speaker=row["speaker"],
        recording=row["block"] or f"recording {row['recording_id']}",
        sha256=row["sha256"],
        origin=origin if text else "noise",
    )


def _role(row: Any, choice: RunChoice) -> tuple[str, str]:
    """What a segment is there for, and its split. Raises _LeftOut for one that may be there for nothing."""
    split = row["split"]
    if split not in SPLITS:
        raise _LeftOut(
            "It resembles the test, or shares a block with it, so it is in no split."
            if split
            else "It is in no split."
        )
    if row["speaker"] in choice.regional:
        if split != "train":
            raise _LeftOut(f"It is in {split}, and of speech that is only heard before the learner's.")
        return "regional", split
    if row["speaker"] in choice.replay:
        # A test that is not of the learner's shows what was forgotten.
        return ("general" if split == "test" else "replay"), split
    return "learner", split


def _timed(row: Any, seconds: float) -> tuple[ClipWord, ...]:
    """The words of the reference with their times, as the desk has them; none where nothing was heard."""
    words = spoken(json.loads(row["aligned"] or row["heard"] or "[]"))
    placed = realign(row["reference"], words, seconds) if words else ()
    return tuple(ClipWord(word.text, round(word.start, 3), round(word.end, 3)) for word in placed)


@lru_cache(maxsize=4)
def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises nothing more exact
        raise TrainingRefused(
            f"The tokenizer of the base in {clean(str(folder), limit=None)} cannot be read",
            "put its files back, or choose another base",
        ) from error


def _check_names(choice: RunChoice, speakers: set[str]) -> None:
    """Refuse speakers whom nobody corrected, or who are named twice. Raises TrainingRefused."""
    both = sorted({*choice.regional} & {*choice.replay})
    if both:
        raise TrainingRefused(f"“{clean(both[0])}” is named for both parts", "name a speaker for one of them")
    unknown = sorted({*choice.regional, *choice.replay} - speakers)
    if unknown:
        known = ", ".join(sorted(speakers - {""})) or "no segment has a speaker's name"
        raise TrainingRefused(
            f"Nothing of “{clean(unknown[0])}” is corrected", f"name one of those who are ({known})"
        )


def _check(own: Sequence[Clip], left_out: Sequence[tuple[int, str]]) -> None:
    """Refuse what the trainer would refuse. Raises TrainingRefused."""
    train = [row for row in own if row.split == "train"]
    seconds = sum(row.seconds for row in train)
    others = ""
    if left_out:
        segment, reason = left_out[0]
        left = counted(len(left_out), "corrected segment")
        others = f" (left out: {left}; segment {segment}, for one: {reason.rstrip('.')})"
    if len(train) < LEAST_CLIPS or seconds < LEAST_SECONDS:
        raise TrainingRefused(
            f"{counted(len(train), 'corrected segment')} can be trained on, {seconds:.0f} s in all{others}",
            f"correct at least {LEAST_CLIPS}, and {LEAST_SECONDS:.0f} s of speech",
        )
    if len({row.recording for row in own}) == 1:
        raise TrainingRefused(
            "All that is corrected is of one sitting, so nothing could be measured on speech that was not "
            "trained on",
            "talk once more and correct that, too",
        )
    dev = sum(row.split == "dev" for row in own)
    if dev < LEAST_DEV_CLIPS:
        raise TrainingRefused(
            f"Progress would be measured on {counted(dev, 'segment')} of the dev split{others}, and "
            f"{LEAST_DEV_CLIPS} is the least",
            "talk once more and correct that, too",
        )


def _knobs(store: Store, choice: RunChoice, base: Base, preset: Preset, clips: int, replay: int) -> dict[str, Any]:
    """All of job.json. Raises TrainingRefused."""
    own = {knob: value for knob, value in choice.knobs.items() if knob not in PLACES}
    if choice.regional:
        own.setdefault("transfer_epochs", TRANSFER_EPOCHS)
    before = _in_use(store)
    return {
        "version": VERSION,
        "base": str(base.folder.absolute()),
        "before": str(before.path),
        "before_name": before.name,
        "before_hears": before.hears.as_json(),
        **_hears(store, base),
        "cache": str((store.folder / "cache" / "training").absolute()),
        "seed": 1,
        **presets.knobs(preset, base, clips, replay, own),
    }


def _hears(store: Store, base: Base) -> dict[str, Any]:
    """The windows of the base, where it is a recogniser of this machine; the trainer looks for others."""
    try:
        return {"hears": named(store.folder, RECOGNISER, base.name).hears.as_json()}
    except ModelError:
        return {}


def _in_use(store: Store) -> ModelChoice:
    """The recogniser that the new one is to replace. Raises TrainingRefused."""
    try:
        return active(store.folder, RECOGNISER)
    except ModelError as error:
        raise TrainingRefused(error.what, error.remedy, error.place) from error


def _by_split(rows: Sequence[Clip], measure: Callable[[Clip], float]) -> dict[str, float]:
    return {split: sum(measure(row) for row in rows if row.split == split) for split in SPLITS}


def _words(row: Clip) -> int:
    return len(normalise(row.text).split())
