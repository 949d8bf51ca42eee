"""How well recognisers hear people: the sets of `core.bench.human_sets`, through the app's own recogniser.

A speaker who reads is not everybody: the figures compare recognisers, and tell one that hears people from one that
does not. Accents are folded in the figure that counts, because the prompts' texts lack some; those with accents
stand beside it. A clip is a block of the intervals.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from typing import Any

from core.bench import beside as others
from core.bench.beside import FULL, OURS, THEIRS, Heard
from core.bench.calibration import ran_away
from core.bench.human_sets import SETS, Clip, clips
from core.bench.recogniser import place
from core.versions.active import RECOGNISER, ModelChoice, Warn, active, models_folder, quiet
from models import catalog
from models.evaluation.rates import Interval
from models.evaluation.scoring import difference, interval, total, word_errors
from models.evaluation.spoken import RULE, STRICT
from models.units import SAMPLE_RATE
from store.paths import usual_folder

BESIDE = {FULL: "the same in full windows", THEIRS: "faster-whisper's transcribe"}


def summary(
    model: str | None = None,
    name: str | None = None,
    split: str | None = None,
    every: int = 1,
    beside: bool = False,
    warn: Warn = quiet,
) -> dict[str, Any]:
    """Word errors of every recogniser on this machine on every set, with their intervals, and what hearing costs.

    Args:
        model: name of a version or recogniser, or folder of one, to measure it alone.
        name, split, every: which clips, as `human_sets.clips` has them.
        beside: also in full windows and with faster-whisper's own way, on one processor thread.
        warn: takes sentences: which one is listening, and what is wrong with one.

    Raises:
        CoreError: there is no such speech of a person here.
        ModelError: there is no such recogniser, or it is damaged.
    """
    sets = clips(name, split, every)
    for other in SETS.values():
        if name is None and (reason := other.missing()):
            warn(reason)
    data = usual_folder()
    if model:
        chosen = [active(data, RECOGNISER, place(model), warn)]
    else:
        known = catalog.entries(models_folder(data))
        chosen = [ModelChoice(entry, data=data) for entry in known if entry.part == RECOGNISER and entry.installed]
    said = {each: [clip.audio() for clip in one] for each, one in sets.items()}
    seconds = sum(len(audio) for each in said.values() for audio in each) / SAMPLE_RATE
    rows = []
    for choice in chosen:
        listeners = others.ways(choice, beside)
        for each, one in sets.items():
            warn(f"{choice.name} listens to {len(one)} {each} …")
            heard = others.hear(listeners, said[each])
            rows.append({"recogniser": choice.name, "set": each, "speaker": SETS[each].speaker, **_row(one, heard)})
    return {
        "prompts": sum(map(len, sets.values())),
        "words": sum(word_errors(clip.text, "").words for each in sets.values() for clip in each),
        "speech_seconds": seconds,
        "split": split or "all",
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB),
        "recognisers": rows,
    }


_MB = 1 << (20 if sys.platform == "darwin" else 10)
"""As getrusage counts: bytes on a Mac, else kilobytes."""


def _row(said: Sequence[Clip], heard: dict[str, list[Heard]]) -> dict[str, Any]:
    """The figures of a recogniser on a set."""
    row = _figures(said, heard[OURS])
    for other in BESIDE.keys() & heard.keys():
        ours, theirs = (
            [word_errors(clip.text, one.text, bare=True) for clip, one in zip(said, heard[way], strict=True)]
            for way in (OURS, other)
        )
        row[other] = {**_figures(said, heard[other]), **_named("change", difference(theirs, ours))}
    if THEIRS in heard:
        row["times_as_cheap"] = others.times_as_cheap(heard[OURS], heard[THEIRS])
    return row


def _figures(said: Sequence[Clip], heard: Sequence[Heard]) -> dict[str, Any]:
    """How well and at what cost one way heard a set."""
    folded, strict, accents, strict_accents = (
        [word_errors(clip.text, one.text, rule, bare) for clip, one in zip(said, heard, strict=True)]
        for bare in (True, False)
        for rule in (RULE, STRICT)
    )
    kinds = total(folded)
    return {
        "clips": len(heard),
        "words": kinds.words,
        **_named("wer", interval(folded)),
        "strict_wer": total(strict).rate,
        **_named("accents_wer", interval(accents)),
        "accents_strict_wer": total(strict_accents).rate,
        "sub": kinds.sub, "ins": kinds.ins, "del": kinds.del_,
        "runaways": sum(ran_away(one.text, one.seconds) for one in heard),
        "cpu_seconds_a_second": sum(one.cpu for one in heard) / sum(one.seconds for one in heard),
    }  # fmt: skip


def _named(name: str, rate: Interval) -> dict[str, float]:
    return {name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}


def table(figures: dict[str, Any]) -> str:
    """A line for each recogniser and set, and below it what was measured beside it."""
    width = max(len(each["recogniser"]) for each in figures["recognisers"])
    lines = []
    for row in figures["recognisers"]:
        lines.append(f"{row['recogniser']:{width}}  {row['set']}: {_line(row)}")
        lines.append(
            f"  accents counted: {_rate(row, 'accents_wer')}, strict {100 * row['accents_strict_wer']:.1f} %; "
            f"{row['clips']} clips, {row['words']} words, {row['speaker']}"
        )
        for other, called in BESIDE.items():
            if other in row:
                lines.append(f"  {called}: {_line(row[other])}; change from it {_rate(row[other], 'change')}")
        lines += [
            f"  clips of {one['from_s']}-{one['below_s']} s: {one['times']:.1f} times as cheap as faster-whisper "
            f"[{one['times_low']:.1f}, {one['times_high']:.1f}], n = {one['clips']}"
            for one in row.get("times_as_cheap", [])
        ]
    about = (
        f"{figures['prompts']} clips ({figures['split']}), {figures['words']} words, "
        f"{figures['speech_seconds'] / 60:.0f} minutes; accents folded where nothing else is said; 95 % intervals; "
        f"{figures['peak_memory_mb']} MB of memory at most, for all that is in this process"
    )
    if any(THEIRS in row for row in figures["recognisers"]):
        about += (
            "\nOne thread, 8 bits, beam 5 and fallback everywhere; word times in the app's recogniser, "
            "none in faster-whisper's."
        )
    return "\n".join([*lines, about])


def _line(row: dict[str, Any]) -> str:
    runaways = f"{row['runaways'] or 'no'} runaway{'s' * (row['runaways'] != 1)}"
    return (
        f"{_rate(row, 'wer')} of words misheard, strict {100 * row['strict_wer']:.1f} %, {runaways}, "
        f"{row['cpu_seconds_a_second']:.2f} s of processor time for a second of speech"
    )


def _rate(row: dict[str, Any], name: str) -> str:
    sign = "+" if name == "change" else ""
    value, low, high = (100 * row[key] for key in (name, f"{name}_low", f"{name}_high"))
    return f"{value:{sign}.1f} {'points' if sign else '%'} [{low:{sign}.1f}, {high:{sign}.1f}]"
