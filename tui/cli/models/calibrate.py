"""`tertulia models calibrate NAME`: in how short windows a recogniser hears as well as in full ones."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.cli.progress import ProgressLine, add_option
from tui.cli.verdicts import points

if TYPE_CHECKING:
    from core.bench.calibration import Calibration, Heard, Tried

HELP = "measure in how short windows a recogniser hears as well as in full ones: turns are then heard sooner"
FEWEST, CLIPS = 10, 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a version, or a recogniser of this machine")
    parser.add_argument(
        "--clips",
        type=_count,
        default=CLIPS,
        metavar="N",
        help=f"to hear of very short ones and of longer ones ({CLIPS}): more take longer, and say more",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Measure, keep what was found, and print what it rests on."""
    from core.bench.calibration import calibrate
    from core.bench.recogniser import place
    from store.paths import data_folder

    with ProgressLine(options.progress) as line:
        found = calibrate(data_folder(), place(options.name), options.clips, line.say, line.show)
    if options.json:
        print(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return 0


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < FEWEST:
        raise argparse.ArgumentTypeError(f"{text} clips say nothing: use a number from {FEWEST} on")
    return int(text)


def _lines(found: Calibration) -> Iterator[str]:
    about = found.as_json()
    yield f"{found.recogniser} on the speech of {about['heard']}"
    for one in found.tried:
        yield f"  {one.hears}"
        for group, heard in one.groups.items():
            yield f"    {about['clips'][group]:4} {group:5} clips  {_heard(heard)}"
        if one.change is not None and one.hears.margin is not None:
            yield f"    all together      change {points(one.change)}"
    if found.chosen.margin is None:
        yield "It needs full windows: in shorter ones words were lost, or too little was heard to be sure."
    else:
        before, after = (sum(one.cpu_seconds for one in each.groups.values()) for each in _ends(found))
        yield f"Its turns are heard in windows of {found.chosen} from now on,"
        yield f"which takes {before / after:.1f} times less of the processor here."
    yield f"Nothing is lost where the 95 % interval ends below +{100 * about['bound']:.0f} points."


def _ends(found: Calibration) -> tuple[Tried, Tried]:
    return found.tried[0], found.tried[-1]


def _heard(one: Heard) -> str:
    ran = f", {one.runaways} ran away" if one.runaways else ""
    return f"{one.wer}, change {points(one.change)}{ran}, {one.cpu_seconds:.0f} s of processor time"
