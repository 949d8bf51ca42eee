"""Why a segment is next, in one sentence for the person who is asked to correct it."""

from __future__ import annotations

from core.review.lint.rules import RULES
from core.words import counted
from store.segments.queue import SegmentRow, View

UNSURE = 0.75
"""Mean probability below which the recogniser is called unsure."""
DISPUTED = 0.05
"""Share of words from which two readings are said to differ."""


def why(row: SegmentRow, view: View) -> str:
    """Why this segment is where it is in the view: what is likely wrong, what it costs, and by which signs."""
    if row.reference is not None:
        return _done(row)
    if row.heard is None and row.proposal is None:
        return "Nothing has been heard in it yet: type what is said."
    signs = _signs(row)
    because = f": {', '.join(signs)}" if signs else ""
    match view.order:
        case "time":
            return f"Next in its recording{because}."
        case "confidence" if row.confidence is not None:
            return f"The recogniser is {_percent(row.confidence)} sure of it{_rest(signs, 'the recogniser')}."
        case "length":
            return f"One of the shortest, {row.seconds:.1f} s{because}."
        case "speaker":
            return f"Next of {row.speaker or 'an unnamed speaker'}{because}."
    if row.expected < 0.25:
        return f"Probably right, {_errors(row.expected)} in {_cost(row, view)} of your time{because}."
    return f"{_errors(row.expected).capitalize()} in {_cost(row, view)} of your time{because}."


def _done(row: SegmentRow) -> str:
    """Of a segment that has a reference."""
    reason = f": {row.reason}" if row.reason else ""
    match row.status:
        case "unsure":
            return f"You were not sure of it{reason}."
        case "flagged":
            return f"It is flagged{reason}."
        case "skipped":
            return "It was skipped."
    if row.errors is None:
        return "It is corrected."
    if not row.errors:
        return "It is corrected, and was heard right."
    words = counted(row.words or 0, "word")
    return f"It is corrected; {words} had been heard with {counted(row.errors, 'error')}."


def _signs(row: SegmentRow) -> list[str]:
    """What speaks for errors, the strongest first."""
    signs = []
    if row.proposal is not None:
        signs.append("its text was changed and not listened to")
    if row.heard == "":
        signs.append("nothing was heard")
    if row.doubt is not None and row.doubt >= DISPUTED:
        signs.append(f"two readings differ in {counted(max(1, round(row.doubt * row.length)), 'word')}")
    if row.confidence is not None and row.confidence < UNSURE:
        signs.append(f"the recogniser is {_percent(row.confidence)} sure")
    signs += [rule.sentence[0].lower() + rule.sentence[1:] for rule in RULES if row.warnings & rule.bit]
    return signs[:3]


def _rest(signs: list[str], said: str) -> str:
    left = [sign for sign in signs if not sign.startswith(said)]
    return f": {', '.join(left)}" if left else ""


def _cost(row: SegmentRow, view: View) -> str:
    base, pace, fix = view.cost
    return f"{max(1, round(base + pace * row.seconds + fix * row.expected))} s"


def _errors(expected: float) -> str:
    if expected < 0.25:
        return "hardly an error"
    if expected < 0.75:
        return "perhaps an error"
    return f"about {counted(round(expected), 'error')}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
