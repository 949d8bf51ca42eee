"""In how short windows a recogniser hears as well as in full ones: their floor and their margin, measured.

A window that is too short does its harm on very short clips, where the network does not find an end, and less on
longer ones; so both are heard apart: neither may lose more than BOUND, nor anything for certain, and of both
together the interval must say that no more was lost. From the cheapest windows on, until some are good.

The clips are of the test split of the person whose recogniser it is, where it has enough of both; else of two
people whom Debian packages have (core.bench.prompts, core.bench.stamps).
"""

from __future__ import annotations

import itertools
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from core.bench import prompts, stamps
from core.bench.prompts import folded
from core.errors import CoreError
from core.versions import measured
from core.versions.active import RECOGNISER, ModelChoice, Warn, active, check, quiet
from core.versions.compare import held_out
from models import device as devices
from models import kinds
from models.audio import Audio
from models.device import Device
from models.evaluation.rates import Interval
from models.evaluation.scoring import Errors, difference, interval, total, word_errors
from models.units import SAMPLE_RATE, WINDOW
from models.whisper import ghosts
from models.whisper.repetition import repeated
from models.whisper.windows import Windows
from store import reasons
from store.database import Store

FLOORS, MARGINS = (0.0, 5.0, 10.0, 15.0), (0.5, 1.0, 2.0)
"""Seconds that are tried."""
HARDLY = 0.05
"""Windows that differ by so small a share are the same to these clips."""
SHORT = 3.0
"""Seconds below which a clip is very short."""
GROUPS = ("short", "long")
"""The very short ones first: they tell sooner what is too little."""
CLIPS = 80
"""Of each group, by default."""
ENOUGH_CLIPS, ENOUGH_WORDS = 30, 150
"""Fewer of a group say nothing."""
BOUND = 0.02
"""Two more words wrong in a hundred, at the upper end of the interval, still count as nothing lost."""

OnProgress = Callable[[str, float], None]
"""Takes what is heard just now, and how much of it is done, 0 to 1."""


class Said(NamedTuple):
    """A clip of which somebody knows what is said in it."""

    block: str
    """With which it stands and falls."""
    text: str
    audio: Audio

    @property
    def seconds(self) -> float:
        return len(self.audio) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Material:
    """What is heard."""

    whose: str
    groups: dict[str, list[Said]]
    plain: Callable[[str], str] = str
    """What is done to a text before it is scored."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How well one group was heard in some windows."""

    wer: Interval
    change: Interval
    """From full windows, paired."""
    runaways: int
    """Texts that loop, or are longer than so much speech can be."""
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Tried:
    """Some windows, and what was heard in them."""

    hears: Windows
    groups: dict[str, Heard]
    """Where the short clips lost, the long ones were not heard."""
    change: Interval | None
    """Of both groups together, from full windows; None where one was not heard."""

    @property
    def loses_nothing(self) -> bool:
        return self.change is not None and self.change.high <= BOUND

    def as_json(self) -> dict[str, Any]:
        return {
            **self.hears.as_json(),
            **{group: _fields(one) for group, one in self.groups.items()},
            "change": self.change and _change(self.change),
            "loses_nothing": self.loses_nothing,
        }


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured of a recogniser."""

    recogniser: str
    material: Material
    tried: list[Tried]
    """Full windows first, the chosen ones last."""

    @property
    def chosen(self) -> Windows:
        """The cheapest that lose nothing; full ones where all others lost."""
        last = self.tried[-1]
        return last.hears if last.loses_nothing else Windows()

    def as_json(self) -> dict[str, Any]:
        """JSON values only."""
        return {
            "recogniser": self.recogniser,
            "heard": self.material.whose,
            "clips": {group: len(said) for group, said in self.material.groups.items()},
            "seconds": {group: sum(one.seconds for one in said) for group, said in self.material.groups.items()},
            "bound": BOUND,
            "chosen": self.chosen.as_json(),
            "tried": [one.as_json() for one in self.tried],
        }


def calibrate(
    data: Path,
    name: str,
    count: int = CLIPS,
    warn: Warn = quiet,
    on_progress: OnProgress = lambda what, share: None,
) -> Calibration:
    """Measure a recogniser's windows and keep what was found in the data folder.

    Args:
        data: the data folder.
        name: of a version or recogniser, or an absolute path.
        count: clips of each group, at most.
        warn: takes a sentence where the version in use cannot be used.
        on_progress: called before every clip; may raise to stop, and nothing is kept then.

    Raises:
        ModelError: there is no such recogniser, or it is damaged.
        CoreError: there is nothing to hear.
        StoreError: the disk is full, or the database cannot be read.
    """
    choice = active(data, RECOGNISER, name, warn)
    found = measure(choice, material(data, count), devices.choose(), on_progress)
    measured.keep(data, check(choice), choice.name, found.chosen, found.as_json())
    return found


def measure(choice: ModelChoice, heard: Material, device: Device, on_progress: OnProgress) -> Calibration:
    """Let a recogniser hear groups of clips in ever longer windows. Raises ModelError."""
    tried: list[Tried] = []
    full: dict[str, list[Errors]] = {}
    for hears in [Windows(), *candidates(heard)]:
        listener = kinds.recogniser(choice.entry.format).load(check(choice), choice.name, device, hears)
        groups: dict[str, Heard] = {}
        blocks: dict[str, list[Errors]] = {}
        for group, said in heard.groups.items():
            texts, began = [], time.process_time()
            for number, one in enumerate(said, 1):
                on_progress(f"{choice.name}, {hears}: {group} clip {number} of {len(said)}", number / len(said))
                texts.append(listener.recognise(one.audio).text)
            spent = time.process_time() - began
            blocks[group] = _blocks(heard, group, texts)
            runaways = sum(ran_away(text, one.seconds) for text, one in zip(texts, said, strict=True))
            change = difference(full.setdefault(group, blocks[group]), blocks[group])
            groups[group] = Heard(interval(blocks[group]), change, runaways, spent)
            if change.value > BOUND or change.low > 0:
                break
        else:
            before, after = (list(itertools.chain(*side.values())) for side in (full, blocks))
            tried.append(Tried(hears, groups, difference(before, after)))
            if hears.margin is not None and tried[-1].loses_nothing:
                break
            continue
        tried.append(Tried(hears, groups, None))
    return Calibration(choice.name, heard, tried)


def candidates(heard: Material) -> list[Windows]:
    """The windows to try, those that cost least on these clips first.

    A margin that hardly makes a difference on these clips, because the floor is wider anyway, would not be
    measured: of such the widest alone is tried.
    """
    lengths = [len(one.audio) for said in heard.groups.values() for one in said]
    costs: dict[Windows, int] = {}
    for floor in FLOORS:
        least = math.inf
        for margin in sorted(MARGINS, reverse=True):
            cost = sum(map(Windows(margin, floor).frames, lengths))
            if cost < least * (1 - HARDLY):
                costs[Windows(margin, floor)] = least = cost
    return sorted(costs, key=lambda hears: costs[hears])


def ran_away(text: str, seconds: float) -> bool:
    """Whether a text loops, or is more than anybody says in so many seconds."""
    evidence = ghosts.WindowEvidence(text, 0.0, 0.0, seconds)
    return evidence.doubtful or evidence.looping or repeated(text) is not None


def material(data: Path, count: int = CLIPS) -> Material:
    """What can be heard here.

    Args:
        count: clips of each group, at most.

    Raises:
        CoreError: too few.
        StoreError: the database or a recording cannot be read.
    """
    if (data / reasons.DATABASE).exists():
        with Store.open(data) as store:
            own = [Said(clip.recording, clip.text, clip.audio()) for clip in held_out(store, "test")[1]]
        if found := _grouped(own, count):
            return Material("your test split", found)
    if prompts.missing() or stamps.missing():
        raise CoreError(
            "Your test split is too small to measure windows on, and no other speech of people is installed",
            f"sudo apt-get install {prompts.PACKAGES} {stamps.PACKAGE}",
        )
    people = [Said(one.name, one.text, one.audio()) for one in prompts.prompts()]
    people += [Said(one.name, one.text, one.audio()) for one in stamps.stamps()]
    if found := _grouped(people, count):
        return Material("two people, accents folded", found, folded)
    raise CoreError("There is too little speech of people in the packages", f"install {stamps.PACKAGE} again")


def _grouped(said: Sequence[Said], count: int) -> dict[str, list[Said]]:
    """So many clips of each group, evenly over all of them; nothing where a group is too small."""
    fit = [one for one in said if len(one.audio) <= WINDOW]
    short = [one for one in fit if one.seconds < SHORT]
    long = [one for one in fit if one.seconds >= SHORT]
    for group in (short, long):
        if len(group) < ENOUGH_CLIPS or sum(len(one.text.split()) for one in group) < ENOUGH_WORDS:
            return {}
    return {
        name: [group[number * len(group) // count] for number in range(count)] if count < len(group) else group
        for name, group in zip(GROUPS, (short, long), strict=True)
    }


def _blocks(heard: Material, group: str, texts: Sequence[str]) -> list[Errors]:
    """The errors of each block, in the order in which they first appear."""
    found: dict[str, list[Errors]] = defaultdict(list)
    for one, text in zip(heard.groups[group], texts, strict=True):
        found[one.block].append(word_errors(heard.plain(one.text), heard.plain(text)))
    return [total(errors) for errors in found.values()]


def _fields(heard: Heard) -> dict[str, Any]:
    rate = heard.wer
    return {
        "wer": rate.value, "wer_low": rate.low, "wer_high": rate.high, "words": rate.words,
        "runaways": heard.runaways, "cpu_seconds": heard.cpu_seconds, **_change(heard.change),
    }  # fmt: skip


def _change(change: Interval) -> dict[str, float]:
    return {"change": change.value, "change_low": change.low, "change_high": change.high}
