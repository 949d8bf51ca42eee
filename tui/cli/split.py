"""`tertulia split`: split the corrected segments into train, dev and test."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING

from core.words import counted
from tui.cli.progress import add_option

if TYPE_CHECKING:
    from core.dataset.splits import Assigned

HELP = "split the corrected segments into train, dev and test; the test is never changed"
MOST = 10
"""Segments that are named one by one."""
MUCH = 0.1
"""Share of the audio that is not kept out without a word."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--shares", type=_shares, default=(80.0, 10.0, 10.0), metavar="T,D,T", help="of the audio (80,10,10)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another seed splits otherwise (0)")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Split, and say what is where."""
    from core.dataset.splits import assign
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store:
        done = assign(store, options.shares, options.seed)
    if options.json:
        print(json.dumps(dataclasses.asdict(done), ensure_ascii=False))
        return 0
    whole = sum(share.seconds for name, share in done.splits.items() if name != "out") or 1.0
    for name, share in done.splits.items():
        part = "" if name == "out" else f"  {100 * share.seconds / whole:4.1f} %"
        segments = "segment" if share.segments == 1 else "segments"
        print(f"{name:6}{share.segments:>8} {segments:8} {share.seconds / 60:>9.1f} minutes{part}")
    print(f"{counted(done.moved, 'segment')} moved.")
    if done.kept_out and (lost := _lost(done)) > MUCH:
        print(f"{100 * lost:.0f} % of the audio is kept out, because it resembles the test or is beside it.")
    for one in done.kept_out[:MOST]:
        print(f"Segment {one.segment} is kept out. {one.reason}")
    if len(done.kept_out) > MOST:
        print(f"… and {len(done.kept_out) - MOST} more (--json names all).")
    return 0


def _lost(done: Assigned) -> float:
    """The share of the audio that is in no split."""
    return done.splits["out"].seconds / sum(share.seconds for share in done.splits.values())


def _shares(text: str) -> tuple[float, ...]:
    """Three numbers with commas between them."""
    try:
        return tuple(float(share) for share in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” are no shares: give three numbers such as 80,10,10") from error
