"""What became of a run, and what the gate says to a version: as fields of JSON, and as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from models.evaluation.spoken import RULE, STRICT

if TYPE_CHECKING:
    from core.versions.gate import Verdict
    from models.evaluation.rates import Interval
    from store.versions import ModelVersion

SCORES = (
    *("wer", "wer_low", "wer_high", "words", "wer_before", "rule"),
    *("strict_wer", "strict_wer_low", "strict_wer_high", "strict_wer_before"),
)
OUTCOMES = {
    "better": "Better",
    "no better": "Not proven better",
    "harmful": "Harmful",
    "too little": "Too little to say",
}


def interval(name: str, found: Interval | None) -> dict[str, Any]:
    """A rate or a change of rates as three fields."""
    if found is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}


def figures(verdict: Verdict | None) -> dict[str, Any]:
    """A verdict's fields; all of them null where nothing was measured."""
    if verdict is None:
        nothing = dict.fromkeys(("verdict", "sentence", "promotable", "words", "wer_before", "general_before"))
        return {
            **nothing,
            **interval("wer", None),
            "rule": None,
            "strict_wer_before": None,
            **interval("strict_wer", None),
            **interval("strict_change", None),
            **interval("change", None),
            "general_after": None,
            **interval("general_change", None),
            "reasons": [],
        }
    return {
        "verdict": verdict.outcome,
        "sentence": verdict.sentence,
        "promotable": verdict.promotable,
        "words": verdict.after.words,
        "wer_before": verdict.before.value,
        "general_before": None if verdict.general_before is None else verdict.general_before.value,
        **interval("wer", verdict.after),
        **interval("change", verdict.change),
        "rule": verdict.rule,
        "strict_wer_before": verdict.strict_before.value,
        **interval("strict_wer", verdict.strict_after),
        **interval("strict_change", verdict.strict_change),
        "general_after": None if verdict.general_after is None else verdict.general_after.value,
        **interval("general_change", verdict.general_change),
        "reasons": list(verdict.reasons),
    }


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """A verdict in lines: the sentence first, then every figure it rests on."""
    name = OUTCOMES.get(verdict.outcome, verdict.outcome)
    yield verdict.sentence if verdict.sentence.startswith(name) else f"{name}: {verdict.sentence}"
    yield from compared("your own speech, held out", verdict.before, verdict.after, verdict.change)
    yield f"    strict  {strict(verdict.strict_before)} → {strict(verdict.strict_after)}"
    if verdict.general_before and verdict.general_after and verdict.general_change:
        yield from compared(
            "Spanish at large", verdict.general_before, verdict.general_after, verdict.general_change
        )


def strict(rate: Interval) -> str:
    """A rate by the strict rule, to stand beside the one that counts."""
    return f"{100 * rate.value:.1f} %"


def compared(title: str, before: Interval, after: Interval, change: Interval) -> Iterator[str]:
    """Two error rates on the same speech, and their difference."""
    yield f"  Words misheard: {title}"
    yield f"    before  {before}"
    yield f"    after   {after}"
    yield f"    change  {points(change)}"


def points(change: Interval) -> str:
    """A difference of rates in percentage points, and in words whether it can be chance."""
    if change.high < 0:
        meaning = "fewer errors, and not by chance"
    elif change.low > 0:
        meaning = "more errors, and not by chance"
    else:
        meaning = "could be chance"
    return f"{100 * change.value:+.1f} points [{100 * change.low:+.1f}, {100 * change.high:+.1f}], {meaning}"


def scores(version: ModelVersion) -> dict[str, Any]:
    """What was measured when a version was made; null where nothing was."""
    found = {name: version.scores.get(name) for name in SCORES}
    if found["wer"] is not None and found["rule"] is None:  # made before there were two
        strict = {f"strict_{name}": found[name] for name in ("wer", "wer_low", "wer_high", "wer_before")}
        found |= {"rule": STRICT, **strict}
    return found | {"verdict": version.scores.get("outcome")}


def scored(version: ModelVersion) -> str:
    """The same in words."""
    found = scores(version)
    if any(not isinstance(found[name], int | float) for name in ("wer", "wer_low", "wer_high", "words")):
        return "not measured"
    rate = f"WER {100 * found['wer']:.1f} % [{100 * found['wer_low']:.1f}, {100 * found['wer_high']:.1f}]"
    outcome = OUTCOMES.get(str(found["verdict"]), str(found["verdict"])).lower()
    beside = f", strict {100 * found['strict_wer']:.1f} %" if found["rule"] == RULE else f" ({found['rule']} rule)"
    return f"{rate}{beside}, n = {found['words']}, {outcome}"
