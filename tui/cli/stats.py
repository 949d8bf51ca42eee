"""`tertulia stats`: what the dataset is worth, and what it costs."""

from __future__ import annotations

import argparse
import dataclasses
import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from core.words import counted, duration

if TYPE_CHECKING:
    from core.dataset.rates import Rate
    from core.dataset.stats import Amount, AnnotatorPace, Bin, Forecast, Stats, Suspicions

HELP = "hours, error rates, milestones, suspicious segments, and your own speed"
MOST = 12
"""Lines of one list; --json has all."""
BAR = 40
"""Characters of the longest bar."""
TITLES = {
    "seconds": "Seconds of audio",
    "confidence": "Confidence of the recogniser",
    "pace": "Words a second",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Print the figures."""
    from core.dataset.stats import stats, suspicions
    from core.review.desk import author
    from store.database import Store
    from store.paths import data_folder
    from tui.cli.catching_up import catch_up

    with Store.open(data_folder()) as store:
        catch_up(store)
        figures, doubts = stats(store, author()), suspicions(store)
    if options.json:
        print(json.dumps({**figures.as_json(), **dataclasses.asdict(doubts)}, ensure_ascii=False))
    else:
        print("\n".join(_lines(figures, doubts)))
    return 0


def _lines(figures: Stats, doubts: Suspicions) -> Iterator[str]:
    whole = figures.whole
    yield f"{counted(whole.segments, 'segment')}, {duration(whole.seconds)}"
    for name, amounts in figures.by.items():
        yield from _amounts(name, amounts)
    yield f"\nWord errors of the newest recogniser: {figures.errors}{_characters(figures.errors)}"
    for name, rates in figures.errors_by.items():
        yield from _listed(f"  by {name}", {key: f"{rate}{_characters(rate)}" for key, rate in rates.items()})
    yield f"  ({figures.method})"
    for name, bins in figures.histograms.items():
        yield from _bars(TITLES[name], bins)
    yield "\nMilestones"
    for one in figures.milestones:
        span = f"{one.hours:g} h" if one.hours == one.to_hours else f"{one.hours:g}-{one.to_hours:g} h"
        state = "reached" if one.reached else f"{100 * one.share:.0f} %, {duration(one.missing_seconds)} to go"
        yield f"  {span:8} {state}"
        unbroken = one.brings.replace(" %", "\N{NO-BREAK SPACE}%")
        yield from textwrap.wrap(unbroken, 79, initial_indent=" " * 11, subsequent_indent=" " * 11)
    yield from _suspicious(figures.warnings, doubts)
    yield from _person(figures.annotator, figures.forecast, figures.agreement)


def _amounts(name: str, amounts: Mapping[str, Amount]) -> Iterator[str]:
    yield from _listed(
        f"By {name}",
        {key: f"{duration(one.seconds):>12}  {counted(one.segments, 'segment')}" for key, one in amounts.items()},
    )


def _listed(title: str, lines: Mapping[str, str]) -> Iterator[str]:
    """A title, and the first lines under it; nothing where there are none."""
    if not lines:
        return
    yield title
    indent = " " * (len(title) - len(title.lstrip()) + 2)
    for key, line in list(lines.items())[:MOST]:
        yield f"{indent}{key or 'none':16} {line}"
    if len(lines) > MOST:
        yield f"{indent}… and {len(lines) - MOST} more"


def _bars(title: str, bins: list[Bin]) -> Iterator[str]:
    if not bins:
        return
    yield f"\n{title}"
    most = max(one.segments for one in bins)
    for one in bins:
        yield f"  {one.start:>5g} {'#' * round(BAR * one.segments / most):{BAR}} {one.segments}"


def _suspicious(warnings: Mapping[str, int], doubts: Suspicions) -> Iterator[str]:
    from core.review.lint.rules import RULES

    sentences = {rule.code: rule.sentence for rule in RULES}
    yield "\nWorth a look"
    for code, count in sorted(warnings.items(), key=lambda item: -item[1]):
        yield f"  {count:>6}  {sentences[code]} (tertulia queue --status all --warning {code})"
    yield f"  {len(doubts.duplicates):>6}  Texts or sounds that are there twice or more"
    for duplicate in doubts.duplicates[:MOST]:
        yield f"          same {duplicate.kind}: {', '.join(map(str, duplicate.segments[:MOST]))}"
    yield f"  {len(doubts.leaks):>6}  Segments of train or dev that are in the test, too (tertulia split mends it)"
    for leak in doubts.leaks[:MOST]:
        alike = f"{100 * leak.likeness:.0f} % ({leak.kind})"
        yield f"          {leak.train_segment} is test segment {leak.test_segment} by {alike}"


def _person(annotator: AnnotatorPace, forecast: Forecast, agreement: Rate | None) -> Iterator[str]:
    yield f"\n{annotator.author}"
    if (
        annotator.times_real_time is not None
        and annotator.segments_a_minute is not None
        and annotator.errors_a_minute is not None
        and annotator.keystrokes_a_segment is not None
        and annotator.listened is not None
    ):
        yield (
            f"  {annotator.times_real_time:.1f} times real time, {annotator.segments_a_minute:.1f} segments and "
            f"{annotator.errors_a_minute:.1f} errors a minute, {annotator.keystrokes_a_segment:.1f} keystrokes a "
            f"segment, {100 * annotator.listened:.0f} % listened to (n = {annotator.acceptances})"
        )
    yield (
        f"  {_waiting(forecast.segments)}: {duration(forecast.audio_seconds)}, about "
        f"{forecast.expected_errors:.0f} errors, {duration(forecast.work_seconds)} of work by {forecast.basis}"
    )
    if forecast.to_next_milestone is not None:
        more = f", and {duration(forecast.audio_is_missing)} more audio" if forecast.audio_is_missing else ""
        yield f"  The next milestone takes {duration(forecast.to_next_milestone)} of work{more}"
    if agreement is not None:
        yield f"  Words you write otherwise the second time: {agreement}"


def _waiting(number: int) -> str:
    return f"{counted(number, 'segment')} {'waits' if number == 1 else 'wait'}"


def _characters(rate: Rate) -> str:
    return f", characters {100 * rate.cer:.1f} %" if rate.wer.enough and rate.cer is not None else ""
