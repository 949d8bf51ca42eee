"""`tertulia queue`: which segments to correct next, and why."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from core.words import clock, counted

if TYPE_CHECKING:
    from store.segments.queue import SegmentRow, View

HELP = "list the segments to correct, those first that are most worth your time"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from store.segments.edits import STATUSES
    from store.segments.queue import ORDERS

    parser.add_argument("--order", choices=ORDERS, default="worth", help="what comes first (worth)")
    parser.add_argument(
        "--status",
        choices=[*STATUSES, "open", "all"],
        default="new",
        help="only these (new); open: all that wait",
    )
    parser.add_argument("--speaker", default="", metavar="S", help="only this speaker")
    parser.add_argument("--split", choices=["train", "dev", "test", "out"], default="", help="only these")
    parser.add_argument("--warning", default="", metavar="W", help="only those with this warning (see `stats`)")
    parser.add_argument("--search", default="", metavar="T", help="only those whose text has all these words")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many (20)")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(options: argparse.Namespace) -> int:
    """Print the beginning of the queue."""
    from core.review import cost
    from core.review.desk import author
    from core.review.lint.rules import BITS
    from core.review.reasons import why
    from store.database import Store
    from store.errors import StoreError
    from store.paths import data_folder
    from store.segments.queue import View, count, first, rows
    from store.text import clean
    from tui.cli.catching_up import catch_up

    if options.warning and options.warning not in BITS:
        raise StoreError(f"“{options.warning}” is no warning", f"use one of {', '.join(BITS)}")
    if options.limit < 1:
        raise StoreError(f"A list of {options.limit} segments cannot be shown", "ask for one at least")
    with Store.open(data_folder()) as store:
        catch_up(store)
        view = View(
            order=options.order,
            status=options.status,
            speaker=clean(options.speaker),
            split=options.split,
            warnings=BITS.get(options.warning, 0),
            search=options.search,
            cost=cost.of(store, author()).terms,
        )
        total = count(store, view)
        found = rows(store, first(store, view, min(options.limit, total)))
    if options.json:
        segments = [_segment(row, why(row, view), BITS) for row in found]
        figures = {"count": total, "order": view.order, "cost": view.cost, "segments": segments}
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for row in found:
            _print(row, why(row, view))
        print(_summary(total, len(found), view))
    return 0


def place(row: SegmentRow) -> str:
    """Where a segment is: the recording's name and the time in it."""
    from store.units import SAMPLE_RATE

    return f"{row.origin or row.source} {clock(row.start / SAMPLE_RATE)}"


def unsaid(row: SegmentRow) -> str:
    """What stands for the text of a segment that has none."""
    if row.status == "corrected":
        return "(nobody speaks)"
    return "(not transcribed yet)" if row.heard is None else "(nothing was heard)"


def _segment(row: SegmentRow, why: str, bits: dict[str, int]) -> dict[str, object]:
    return {
        "id": row.id,
        "place": place(row),
        "recording": row.recording,
        "start": row.start,
        "end": row.end,
        "speaker": row.speaker,
        "status": row.status,
        "split": row.split,
        "text": row.text,
        "heard": row.heard,
        "reference": row.reference,
        "confidence": row.confidence,
        "expected": row.expected,
        "revision": row.revision,
        "warnings": [code for code, bit in bits.items() if row.warnings & bit],
        "why": why,
    }


def _print(row: SegmentRow, why: str) -> None:
    sure = "" if row.confidence is None else f"{100 * row.confidence:.0f} % sure, "
    print(f"{row.id:>6}  {row.text or unsaid(row)}")
    print(f"{'':8}{place(row)}, {row.seconds:.1f} s, {sure}{row.expected:.1f} errors expected")
    print(f"{'':8}{why}")


def _summary(total: int, shown: int, view: View) -> str:
    from store.segments.queue import MOST_FOUND

    if not total:
        return "No segment is like that."
    many = f"{MOST_FOUND} or more segments" if view.search and total >= MOST_FOUND else counted(total, "segment")
    return f"{shown} of {many}. Correct one: tertulia correct ID --text T"
