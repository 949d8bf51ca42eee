"""How well a model hears: every figure by which one is compared with another, from one listening.

Clips are heard through the app's own recogniser, as a turn is: with its windows, its voice activity and its way
with ghosts, because a figure from any other path is one of a model that nobody will use. Beside the errors it is
asked what it hears where nobody speaks, and whether it still knows how to set timestamps, which training without
them wears away unseen.

Blocks of the bootstrap are recordings: the clips of one stand and fall together. One recording has no spread from
which anything could be said, so its interval is the widest there is.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from models.audio import Audio
from models.errors import ModelError
from models.evaluation.rates import NOWHERE, Interval
from models.evaluation.scoring import (
    Errors,
    character_errors,
    difference,
    interval,
    total,
    word_errors,
    words_of,
)
from models.evaluation.silences import silences
from models.evaluation.spoken import RULE, STRICT
from models.units import SAMPLE_RATE, WINDOW
from models.whisper.heard import Recogniser
from models.whisper.recogniser import WhisperRecogniser

TIMED = 24
"""So many clips are asked for timestamps, evenly spread."""
LATEST = 2.0
"""Seconds behind the end of the audio up to which a last timestamp makes sense."""
FLOOR = -100.0
"""dBFS of digital silence: 16 bits go no lower."""
BANDS = (("quiet", -30.0), ("middle", -22.0), ("loud", math.inf))
"""Clips below so many dBFS (root mean square of the whole clip)."""

OnProgress = Callable[[str, int, int], None]
"""Hears the set, and how many of how many clips of it are done."""


class EvaluationStopped(Exception):  # noqa: N818 - not an error
    """Raised where `should_stop` said so."""


@dataclass(frozen=True, slots=True)
class TestClip:
    """Speech of which somebody knows what is said in it."""

    audio: Callable[[], Audio]
    """Gives float32 samples at 16 kHz; called when it is its turn."""
    text: str
    recording: str
    """Clips of one recording are one block."""
    speaker: str
    set: str
    """test (the learner), general (Spanish at large), or another name."""


@dataclass(frozen=True, slots=True)
class HeardClip:
    """What was heard in a clip."""

    recording: str
    speaker: str
    seconds: float
    loudness: float
    """dBFS, root mean square of the clip as it was given."""
    reference: str
    heard: str
    words: Errors
    """By the rule of the evaluation, as are the characters."""
    characters: Errors

    @property
    def strict(self) -> Errors:
        """Word errors where every word that is written otherwise is another."""
        return word_errors(self.reference, self.heard, STRICT)


Counted = Callable[[HeardClip], Errors]
WORDS: Counted = attrgetter("words")
CHARACTERS: Counted = attrgetter("characters")
STRICT_WORDS: Counted = attrgetter("strict")


@dataclass(frozen=True, slots=True)
class Silence:
    """What was heard where nobody speaks."""

    clips: int
    words: int
    """In all of them together; none would be right."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was found out about one model."""

    model: str
    compute_type: str
    """How CTranslate2 computed, for example int8_float32; empty where that is unknown."""
    sets: dict[str, tuple[HeardClip, ...]]
    silence: Silence
    timestamps: float | None
    """Share of clips with a sensible last timestamp; None where none was asked for one."""
    seconds: float
    """That the listening took."""
    rule: str = RULE
    """What one word was when the errors were counted (see `spoken`); only figures of one rule can be compared."""

    def wer(self, name: str) -> Interval:
        """Word errors per word of a set, with the interval over its recordings; NOWHERE without any words."""
        return rate(self.sets.get(name, ()))

    def strict(self, name: str) -> Interval:
        """Word errors per word of a set by the strict rule, to stand beside `wer`."""
        return rate(self.sets.get(name, ()), STRICT_WORDS)

    def cer(self, name: str) -> Interval:
        """Character errors per character of a set; its `words` are characters."""
        return rate(self.sets.get(name, ()), CHARACTERS)

    def kinds(self, name: str) -> Errors:
        """All word errors of a set: substitutions, insertions, deletions."""
        return total([heard.words for heard in self.sets.get(name, ())])

    def by_speaker(self, name: str) -> dict[str, Interval]:
        """Word errors of each speaker of a set, the one with the most clips first."""
        return _grouped(self.sets.get(name, ()), lambda heard: heard.speaker)

    def by_loudness(self, name: str) -> dict[str, Interval]:
        """Word errors of quiet, middle and loud clips of a set, as far as there are any."""
        bands = _grouped(self.sets.get(name, ()), lambda heard: band(heard.loudness))
        return {name: bands[name] for name, _ in BANDS if name in bands}

    def as_json(self) -> dict[str, Any]:
        """As `from_json` takes it: JSON values only."""
        return {
            "model": self.model,
            "compute_type": self.compute_type,
            "sets": {name: [_as_json(heard) for heard in clips] for name, clips in self.sets.items()},
            "silence": {"clips": self.silence.clips, "words": self.silence.words},
            "timestamps": self.timestamps,
            "seconds": self.seconds,
            "rule": self.rule,
        }

    @classmethod
    def from_json(cls, body: Any) -> Evaluation:
        """The evaluation that `as_json` gave.

        Raises:
            ModelError: anything else, counts that do not fit their texts among it.
        """
        try:
            silence, share = body["silence"], body["timestamps"]
            rule = _text(body.get("rule", STRICT))  # of older ones, which do not say
            sets = {
                _text(name): tuple(_from_json(clip, rule) for clip in clips) for name, clips in body["sets"].items()
            }
            return cls(
                model=_text(body["model"]),
                compute_type=_text(body["compute_type"]),
                sets=sets,
                silence=Silence(_count(silence["clips"]), _count(silence["words"])),
                timestamps=None if share is None else _number(share, 0.0, 1.0),
                seconds=_number(body["seconds"], 0.0),
                rule=rule,
            )
        except (LookupError, TypeError, ValueError, OverflowError, AttributeError) as error:
            reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            raise ModelError(f"An evaluation is damaged ({reason[:120]})", "evaluate the model again") from error


def evaluate(
    recogniser: Recogniser,
    clips: Sequence[TestClip],
    on_progress: OnProgress = lambda name, done, total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Let a model hear all clips, what is no speech, and set timestamps.

    Args:
        on_progress: called before every clip and at the end of each set, also of “silence” and “timestamps”;
            what it raises ends the work.
        should_stop: asked before every clip.

    Raises:
        EvaluationStopped: `should_stop` said so.
        AudioError: a clip that is no audio; and whatever a clip's `audio` raises.
    """
    began = time.monotonic()

    def each(name: str, items: Sequence[Any]) -> Iterable[Any]:
        for number, item in enumerate(items):
            if should_stop():
                raise EvaluationStopped
            on_progress(name, number, len(items))
            yield item
        on_progress(name, len(items), len(items))

    names = dict.fromkeys(clip.set for clip in clips)
    sets = {
        name: tuple(_hear(recogniser, clip) for clip in each(name, [clip for clip in clips if clip.set == name]))
        for name in names
    }
    quiet = list(silences())
    ghosts = sum(len(recogniser.recognise(audio).words) for audio in each("silence", quiet))
    stamps = None
    if isinstance(recogniser, WhisperRecogniser) and clips:
        count = min(TIMED, len(clips))
        asked = [clips[place * len(clips) // count] for place in range(count)]
        found = [timed(recogniser, clip.audio()[:WINDOW]) for clip in each("timestamps", asked)]
        stamps = sum(found) / len(found)
    return Evaluation(
        model=recogniser.name,
        compute_type=str(getattr(recogniser, "compute_type", "")),
        sets=sets,
        silence=Silence(len(quiet), ghosts),
        timestamps=stamps,
        seconds=round(time.monotonic() - began, 3),
    )


def rate(heard: Sequence[HeardClip], counted: Counted = WORDS) -> Interval:
    """Errors per word (or character) of some clips; the widest interval where they are not of two recordings."""
    return interval_of(blocks(heard, counted))


def interval_of(counted: Sequence[Errors]) -> Interval:
    """The rate of some blocks; NOWHERE without any words, the widest interval with fewer than two blocks."""
    whole = total(counted)
    if not whole.words:
        return NOWHERE
    if len(counted) < 2:
        return Interval(whole.rate, 0.0, max(1.0, whole.rate), len(counted), whole.words)
    return interval(counted)


def change(before: Sequence[HeardClip], after: Sequence[HeardClip], counted: Counted = WORDS) -> Interval:
    """The rate after minus the one before, paired by recording; the widest interval where nothing can be said."""
    one, other = blocks(before, counted), blocks(after, counted)
    words = sum(block.words for block in one)
    if not words:
        return Interval(0.0, -1.0, 1.0, 0, 0)
    if len(one) < 2:
        return Interval(interval_of(other).value - interval_of(one).value, -1.0, 1.0, len(one), words)
    return difference(one, other)


def blocks(heard: Iterable[HeardClip], counted: Counted = WORDS) -> list[Errors]:
    """The errors of each recording, in the order in which they first appear."""
    found: dict[str, list[Errors]] = defaultdict(list)
    for one in heard:
        found[one.recording].append(counted(one))
    return [total(errors) for errors in found.values()]


def level(audio: Audio) -> float:
    """Root mean square in dBFS, not below FLOOR."""
    power = float(np.mean(np.square(audio, dtype=np.float64))) if len(audio) else 0.0
    return 10 * math.log10(power) if power > 10 ** (FLOOR / 10) else FLOOR


def band(loudness: float) -> str:
    """quiet, middle or loud."""
    return next(name for name, limit in BANDS if loudness < limit)


def timed(recogniser: WhisperRecogniser, audio: Audio) -> bool:
    """Whether the model, asked for timestamps as other programs ask for them, ends with one that makes sense.

    Args:
        audio: float32, shape (samples,), 16 kHz, at most 30 s.
    """
    stamps = recogniser.timestamps(audio)
    last = stamps[-1] if stamps else None
    return last is not None and 0.0 < last <= len(audio) / SAMPLE_RATE + LATEST


def _hear(recogniser: Recogniser, clip: TestClip) -> HeardClip:
    audio = clip.audio()
    text = recogniser.recognise(audio).text
    return HeardClip(
        recording=clip.recording,
        speaker=clip.speaker,
        seconds=round(len(audio) / SAMPLE_RATE, 4),
        loudness=round(level(audio), 2),
        reference=clip.text,
        heard=text,
        words=word_errors(clip.text, text),
        characters=character_errors(clip.text, text),
    )


def _grouped(heard: Sequence[HeardClip], key: Callable[[HeardClip], str]) -> dict[str, Interval]:
    """The rate of each group, the one with the most clips first."""
    groups: dict[str, list[HeardClip]] = defaultdict(list)
    for one in heard:
        groups[key(one)].append(one)
    return {name: rate(groups[name]) for name in sorted(groups, key=lambda name: (-len(groups[name]), name))}


def _as_json(heard: HeardClip) -> dict[str, Any]:
    return {
        "recording": heard.recording,
        "speaker": heard.speaker,
        "seconds": heard.seconds,
        "loudness": heard.loudness,
        "reference": heard.reference,
        "heard": heard.heard,
        "words": _counts(heard.words),
        "characters": _counts(heard.characters),
    }


def _counts(errors: Errors) -> list[int]:
    return [errors.sub, errors.ins, errors.del_, errors.words]


def _from_json(body: Any, rule: str) -> HeardClip:
    reference, heard = _text(body["reference"]), _text(body["heard"])
    words = words_of(reference, heard, rule) if rule in (RULE, STRICT) else None
    return HeardClip(
        recording=_text(body["recording"]),
        speaker=_text(body["speaker"]),
        seconds=_number(body["seconds"], 0.0),
        loudness=_number(body["loudness"], FLOOR, 100.0),
        reference=reference,
        heard=heard,
        words=_errors(body["words"], words),
        characters=_errors(body["characters"], words and (" ".join(words[0]), " ".join(words[1]))),
    )


def _errors(counts: Any, texts: tuple[Sequence[str], Sequence[str]] | None) -> Errors:
    """Counts that can be those of the two texts, where these are known; ValueError for others."""
    sub, ins, del_, words = (_count(count) for count in counts)
    if sub + del_ > words:
        raise ValueError("its counts of errors are more than its words")
    if texts is not None:
        said, heard = texts
        fits = words == len(said) and words - del_ + ins == len(heard)
        if not fits or (sub + ins + del_ == 0) != (said == heard):
            raise ValueError("its counts of errors do not fit its texts")
    return Errors(sub, ins, del_, words)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is not text")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError(f"{str(value)[:40]!r} is no count")
    return value


def _number(value: Any, low: float, high: float = math.inf) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not low <= value <= high:
        raise ValueError(f"{str(value)[:40]!r} is no number that can be")
    return float(value)
