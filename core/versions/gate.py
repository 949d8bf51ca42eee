"""The gate: whether a new version is let in, from what both recognisers heard on speech that was held out.

It is better where the learner's own held-out speech is heard with fewer errors, and not by chance: the whole 95
% interval of the paired change lies below zero. And Spanish at large must not pay for it: sentences unlike
anything that was trained on or replayed are heard no worse. With few words, or without such sentences, the gate
stays shut.

What one word is, the rule of scores says (`models.evaluation.spoken`), and it is the figures by that rule that
decide: a version that only writes 3 for tres hears no worse and no better. The strict figures stand beside them.
A report that was made by another rule is judged by its own figures, both sides of it, and the verdict says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.runs.errors import TrainingRefused
from core.words import counted
from models.errors import ModelError
from models.evaluation.evaluate import STRICT_WORDS, Evaluation, change, rate
from models.evaluation.rates import LEAST_WORDS, Interval
from models.evaluation.spoken import RULE
from store.text import shown
from trainer.contract.folder import REPORT
from trainer.contract.report import ChosenWindows, body_from

WORSE = 0.01
"""Spanish at large may be heard so much worse, in errors a word …"""
SURELY_WORSE = 0.02
"""… and its interval must not reach so far."""
GHOSTS = 2
"""So many words more may be heard where nobody speaks."""
STAMPS = 0.2
"""The share of clips with sensible timestamps may fall so far."""

Outcome = Literal["better", "no better", "harmful", "too little"]


@dataclass(frozen=True, slots=True)
class Report:
    """What the trainer found out about a new version, beside the recogniser it is to replace."""

    before: Evaluation
    after: Evaluation
    base: Evaluation | None
    """Of what it was trained from, where that is not the recogniser in use."""
    strength: float
    """Share of what was learnt that is applied."""
    windows: ChosenWindows
    train_seconds: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says."""

    outcome: Outcome
    sentence: str
    promotable: bool
    before: Interval
    after: Interval
    change: Interval
    """After minus before, on the same words; below zero is better."""
    general_before: Interval | None
    general_after: Interval | None
    general_change: Interval | None
    reasons: tuple[str, ...]
    """Why it is not let in, one sentence each."""
    rule: str
    """By which errors were counted."""
    strict_before: Interval
    """The same by the strict rule: nothing is decided by it."""
    strict_after: Interval
    strict_change: Interval


def read_report(folder: Path) -> Report:
    """The report in a run's folder. Raises TrainingRefused where there is none, or a damaged one."""
    path = folder / REPORT
    try:
        body = body_from(json.loads(path.read_text(encoding="utf-8")))
        base = body["base"]
        report = Report(
            before=Evaluation.from_json(body["before"]),
            after=Evaluation.from_json(body["after"]),
            base=None if base is None else Evaluation.from_json(base),
            strength=body["strength"],
            windows=body["windows"],
            train_seconds=body["train_seconds"],
        )
    except FileNotFoundError as error:
        raise TrainingRefused(
            f"{shown(path)} is not there", "the version was never measured, train again", path
        ) from error
    except (OSError, ValueError, RecursionError, ModelError) as error:
        raise TrainingRefused(f"{shown(path)} is damaged ({str(error)[:100]})", "train again", path) from error
    for name in ("test", "general"):
        one, other = (evaluation.sets.get(name, ()) for evaluation in (report.before, report.after))
        if [(h.recording, h.reference) for h in one] != [(h.recording, h.reference) for h in other]:
            raise TrainingRefused(f"{shown(path)} compares two recognisers on different clips", "train again", path)
    if report.before.rule != report.after.rule:
        raise TrainingRefused(f"{shown(path)} compares two recognisers by different rules", "train again", path)
    return report


def judge(report: Report) -> Verdict:
    """Whether the new version is let in, with the figures that decide it."""
    before, after = (evaluation.sets.get("test", ()) for evaluation in (report.before, report.after))
    was, now, changed = rate(before), rate(after), change(before, after)
    general: tuple[Interval | None, Interval | None, Interval | None] = (None, None, None)
    one, other = (evaluation.sets.get("general", ()) for evaluation in (report.before, report.after))
    if rate(one).words:
        general = (rate(one), rate(other), change(one, other))
    outcome, reasons = _outcome(report, changed, general[2])
    return Verdict(
        outcome=outcome,
        sentence=_sentence(outcome, was, now, changed, general[2], reasons) + older(report.after.rule),
        promotable=outcome == "better" and not reasons,
        before=was,
        after=now,
        change=changed,
        general_before=general[0],
        general_after=general[1],
        general_change=general[2],
        reasons=tuple(reasons),
        rule=report.after.rule,
        strict_before=rate(before, STRICT_WORDS),
        strict_after=rate(after, STRICT_WORDS),
        strict_change=change(before, after, STRICT_WORDS),
    )


def older(rule: str) -> str:
    """What is to be said of figures by a rule that is not that of now; nothing of those that are by it."""
    return "" if rule == RULE else f" This was scored by the rule “{rule}”: compare it with no score of now."


def _outcome(report: Report, change: Interval, general: Interval | None) -> tuple[Outcome, list[str]]:
    """What it comes to, and what keeps the version out."""
    if change.words < LEAST_WORDS:
        return "too little", [
            f"Only {counted(change.words, 'word')} of test {'was' if change.words == 1 else 'were'} heard, and "
            f"{LEAST_WORDS} are needed: correct more, then train."
        ]
    harms, measured = [], general is not None and general.blocks > 1
    if general is not None and measured and (general.value > WORSE or general.high > SURELY_WORSE):
        is_heard = "is" if general.value > WORSE else "may be"
        harms.append(f"Spanish at large {is_heard} heard worse ({_points(general)}, n = {general.words:,} words).")
    ghosts = [evaluation.silence.words for evaluation in (report.before, report.after)]
    if ghosts[1] > ghosts[0] + GHOSTS:
        harms.append(f"It hears {ghosts[1]} words where nobody speaks, and the recogniser before {ghosts[0]}.")
    one, other = report.before.timestamps, report.after.timestamps
    if one is not None and other is not None and round(one - other, 9) > STAMPS:
        shares = f"{100 * other:.0f} % of the clips, and the recogniser before in {100 * one:.0f} %"
        harms.append(f"It sets timestamps in {shares}.")
    if harms:
        return "harmful", harms
    if change.high >= 0:
        return "no better", [_doubt(change)]
    if general is None:
        return "better", ["Spanish at large was not measured, so what it cost is unknown."]
    if not measured:
        return "better", ["Spanish at large was measured on one recording only, so what it cost is unknown."]
    return "better", []


def _doubt(change: Interval) -> str:
    """Why a change is no proof."""
    if change.blocks < 2:
        return "All of the test is of one recording, so that may be chance: talk and correct once more."
    if change.low > 0:
        return "That is worse, and not by chance."
    return "That may be chance." if change.value else "That is no better."


def _sentence(
    outcome: Outcome, was: Interval, now: Interval, change: Interval, general: Interval | None, reasons: list[str]
) -> str:
    """The verdict in words, with every figure that it rests on."""
    if outcome == "too little":
        return f"Too little to say. {reasons[0]}"
    if change.value:
        verb = "fell" if change.value < 0 else "rose"
        moved = f"{verb} from {100 * was.value:.1f} % to {100 * now.value:.1f} %"
    else:
        moved = f"stayed at {100 * now.value:.1f} %"
    said = (
        f"The error rate on your held-out speech {moved}, {_points(change)} "
        f"(n = {change.words:,} words, {counted(change.blocks, 'recording')})."
    )
    if general is not None and not any("at large" in reason for reason in reasons):
        said += f" Spanish at large: {_points(general)} (n = {general.words:,} words)."
    return " ".join([said, *reasons])


def _points(change: Interval) -> str:
    """A difference of rates in percentage points, with its interval."""
    return f"{100 * change.value:+.1f} points [{100 * change.low:+.1f}, {100 * change.high:+.1f}]"
