"""`tertulia compare A B`: two recognisers on the same clips."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.words import counted
from tui.cli.evaluate import SET, enough, figures, progress, too_few
from tui.cli.marking import LEGEND, marked
from tui.cli.progress import ProgressLine, add_option
from tui.cli.verdicts import interval, points, strict

if TYPE_CHECKING:
    from core.versions.compare import Comparison

HELP = "let two recognisers hear the same held-out speech, and show where they differ"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for name, letter in (("first", "A"), ("second", "B")):
        parser.add_argument(name, metavar=letter, help="a version, or a recogniser of `models list`")
    parser.add_argument(
        "--split", choices=["test", "dev", "train"], default="test", help="of your corrections (test)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Compare and print."""
    from core.versions.compare import compared
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store, ProgressLine(options.progress) as line:
        found = compared(store, options.first, options.second, options.split, progress(line))
    if options.json:
        fields = {
            "first": figures(found.first),
            "second": figures(found.second),
            "split": found.split,
            **interval("change", found.change),
            **interval("strict_change", found.strict_change),
            "clips": list(_differing(found)),
        }
        print(json.dumps(fields, ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return 0


def _differing(found: Comparison) -> Iterator[dict[str, Any]]:
    """The clips in which the two recognisers hear different words."""
    from models.evaluation.scoring import word_errors

    clips = zip(found.spans, found.first.sets[SET], found.second.sets[SET], strict=True)
    for span, first, second in clips:
        if word_errors(first.heard, second.heard).count:
            yield {
                "segment": span.segment,
                "speaker": first.speaker,
                "reference": first.reference,
                "first": first.heard,
                "second": second.heard,
                "first_errors": first.words.count,
                "second_errors": second.words.count,
            }


def _lines(found: Comparison) -> Iterator[str]:
    names = (found.first.model, found.second.model)
    width = max(8, *map(len, names))
    clips = len(found.first.sets[SET])
    yield f"Words misheard in {counted(clips, 'clip')} of {found.split}"
    for evaluation in (found.first, found.second):
        yield f"  {evaluation.model:{width}}  {evaluation.wer(SET)}, strict {strict(evaluation.strict(SET))}"
    yield f"  {'change':{width}}  {points(found.change)}"
    if not enough(found.first):
        yield too_few(found.change.words)
    differing = list(_differing(found))
    if not differing:
        yield "They hear the same in every one."
        return
    yield f"They differ in {counted(len(differing), 'clip')} ({LEGEND})"
    for clip in differing:
        yield f"{clip['segment']:>6}  {'said':{width}}  {clip['reference']}"
        for name, heard in zip(names, (clip["first"], clip["second"]), strict=True):
            yield f"{'':8}{name:{width}}  {marked(clip['reference'], heard)}"
