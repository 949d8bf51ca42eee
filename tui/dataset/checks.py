"""What is worth a look: warnings, what training and test have in common, what is there twice.

The warnings are counted all the time; the other two compare segments with each other, and come later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from store.segments.queue import View
from tui.dataset.panel_pages import Panel, PanelLine, Section, Target
from tui.keys import letter
from tui.text import plain
from tui.theme import FAINT, GOOD, MUTED

if TYPE_CHECKING:
    from core.dataset.leaks import Duplicate, Leak
    from core.review.desk import Desk

MOST = 30
"""Leaks, and groups of duplicates, that are named one by one."""
KINDS = {"text": "words", "audio": "sound"}


@dataclass(frozen=True, slots=True)
class Doubts:
    """What was found by comparing segments with each other."""

    leaks: list[Leak]
    duplicates: list[Duplicate]
    texts: dict[int, str]
    """Of the segments that are named."""


def look(desk: Desk) -> Doubts:
    """Compare segments with each other; takes a second or two for a hundred thousand. Raises StoreError."""
    from core.dataset.stats import suspicions
    from store.segments.queue import rows

    found = suspicions(desk.store)
    named = {leak.test_segment for leak in found.leaks[:MOST]} | {
        duplicate.segments[0] for duplicate in found.duplicates[:MOST]
    }
    return Doubts(found.leaks, found.duplicates, {row.id: row.text for row in rows(desk.store, sorted(named))})


def section(warnings: Mapping[str, int], doubts: Doubts | None) -> Section:
    """Warnings by how many segments have them, leaks and duplicates; None while those are looked for."""
    return Section(
        "Worth a look",
        (
            Panel("What may be wrong", partial(_all, warnings, doubts), 54),
            Panel(
                f"In training and test ({letter('split the dataset')} keeps it out of training)",
                partial(_leaks, doubts),
                54,
            ),
            Panel("There twice or more", partial(_duplicates, doubts), 54),
        ),
    )


def _all(warnings: Mapping[str, int], doubts: Doubts | None, width: int) -> list[PanelLine]:
    from core.review.lint.rules import RULES

    rules = [rule for rule in RULES if warnings.get(rule.code)]
    found = [
        _count(warnings[rule.code], rule.sentence, View(order="time", status="all", warnings=rule.bit))
        for rule in sorted(rules, key=lambda rule: -warnings[rule.code])
    ]
    if doubts is not None and doubts.leaks:
        pairs = (number for leak in doubts.leaks for number in (leak.train_segment, leak.test_segment))
        found.append(_count(len(doubts.leaks), "In training and in the test", _these(pairs)))
    if doubts is not None and doubts.duplicates:
        groups = (number for one in doubts.duplicates for number in one.segments)
        found.append(_count(len(doubts.duplicates), "There twice or more", _these(groups)))
    return found or [_fine("Nothing looks wrong.")]


def _count(number: int, what: str, view: View) -> PanelLine:
    return PanelLine(Content(f"{number:>7,}  {what}"), Target(view, plain(what).lower()))


def _these(segments: Iterable[int]) -> View:
    return View(order="time", status="all", segments=tuple(dict.fromkeys(segments)))


def _leaks(doubts: Doubts | None, width: int) -> list[PanelLine]:
    if doubts is None:
        return [_looking()]
    if not doubts.leaks:
        return [_fine("Nothing of train or dev is in the test.")]
    found = []
    for leak in doubts.leaks[:MOST]:
        alike = f"{100 * leak.likeness:>5.0f} % of the {KINDS[leak.kind]}"
        pair = (leak.train_segment, leak.test_segment)
        target = Target(_these(pair), "{} and {}".format(*pair))
        found.append(_named(alike, doubts.texts.get(leak.test_segment, ""), target))
    return found + _more(len(doubts.leaks))


def _duplicates(doubts: Doubts | None, width: int) -> list[PanelLine]:
    if doubts is None:
        return [_looking()]
    if not doubts.duplicates:
        return [_fine("Nothing is there twice.")]
    found = []
    for one in doubts.duplicates[:MOST]:
        target = Target(_these(one.segments), f"the same {KINDS[one.kind]}, {one.segments[0]}")
        label = f"{len(one.segments):>5} × the same {KINDS[one.kind]}"
        found.append(_named(label, doubts.texts.get(one.segments[0], ""), target))
    return found + _more(len(doubts.duplicates))


def _named(label: str, text: str, target: Target) -> PanelLine:
    said = f"“{plain(text)}”" if text else "(no text)"
    return PanelLine(Content.assemble((f"{label:<22} ", MUTED), said), target)


def _fine(text: str) -> PanelLine:
    return PanelLine(Content.styled(f"✓ {text}", GOOD))


def _looking() -> PanelLine:
    return PanelLine(Content.styled("Looking…", FAINT))


def _more(number: int) -> list[PanelLine]:
    return (
        [PanelLine(Content.styled(f"  … and {number - MOST:,} more (the list on top opens all)", MUTED))]
        if number > MOST
        else []
    )
