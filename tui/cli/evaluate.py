"""`tertulia evaluate`: how well a recogniser hears speech that it did not learn from."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from core.words import counted
from tui.cli import MODEL, named_path
from tui.cli.progress import ProgressLine, add_option
from tui.cli.verdicts import interval

if TYPE_CHECKING:
    from models.evaluation.evaluate import Evaluation

HELP = "measure how well a recogniser hears held-out speech"
SET = "test"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME", help=MODEL)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--split", choices=["test", "dev", "train"], default="test", help="of your corrections (test)"
    )
    what.add_argument(
        "--manifest",
        type=named_path,
        metavar="CSV",
        help="a table with audio and text, or another file of `import`",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Listen, and print what was measured."""
    from core.versions.compare import evaluated
    from store.database import Store
    from store.paths import data_folder

    with Store.open(data_folder()) as store, ProgressLine(options.progress) as line:
        found = evaluated(store, options.model, options.split, options.manifest, progress(line), line.say)
    if options.json:
        print(json.dumps(figures(found), ensure_ascii=False))
    else:
        print("\n".join(_lines(found)))
    return 0


def progress(line: ProgressLine) -> Callable[[str, str, int, int], None]:
    """Shows on a line how far the listening is."""
    names = {SET: "clip", "silence": "silence", "timestamps": "timestamps of clip"}

    def show(model: str, part: str, done: int, total: int) -> None:
        line.show(f"{model}: {names.get(part, part)} {done} of {total}", done / total if total else None)

    return show


def figures(found: Evaluation) -> dict[str, Any]:
    kinds = found.kinds(SET)
    return {
        "model": found.model,
        **interval("wer", found.wer(SET)),
        **interval("strict_wer", found.strict(SET)),
        "rule": found.rule,
        "cer": found.cer(SET).value,
        "words": kinds.words,
        "files": len(found.sets.get(SET, ())),
        "recordings": found.wer(SET).blocks,
        "sub": kinds.sub,
        "ins": kinds.ins,
        "del": kinds.del_,
        "enough": enough(found),
        "speakers": {name: _rate(rate) for name, rate in found.by_speaker(SET).items()},
        "loudness": {name: _rate(rate) for name, rate in found.by_loudness(SET).items()},
        "silence": {"clips": found.silence.clips, "words": found.silence.words},
        "timestamps": found.timestamps,
        "compute_type": found.compute_type,
    }


def enough(found: Evaluation) -> bool:
    from models.evaluation.rates import LEAST_WORDS

    return found.kinds(SET).words >= LEAST_WORDS


def _rate(rate: Any) -> dict[str, Any]:
    return {**interval("wer", rate), "words": rate.words}


def _lines(found: Evaluation) -> Iterator[str]:
    kinds = found.kinds(SET)
    yield f"{found.model}, {counted(len(found.sets.get(SET, ())), 'clip')}, {counted(kinds.words, 'word')}"
    yield f"  words misheard  {found.wer(SET)}"
    yield f"  strict          {found.strict(SET)}"
    yield f"                  {kinds.sub} heard as others, {kinds.ins} added, {kinds.del_} not heard"
    yield f"  letters wrong   {100 * found.cer(SET).value:.1f} %"
    for title, groups in (("speaker", found.by_speaker(SET)), ("loudness", found.by_loudness(SET))):
        if len(groups) > 1:
            for name, rate in groups.items():
                yield f"  {title} {name or 'nobody named'}: {rate}"
    yield f"  in silence      {counted(found.silence.words, 'word')} in {counted(found.silence.clips, 'clip')}"
    if found.timestamps is not None:
        yield f"  timestamps      {100 * found.timestamps:.0f} % make sense"
    if not enough(found):
        yield too_few(kinds.words)


def too_few(words: int) -> str:
    from models.evaluation.rates import LEAST_WORDS

    return f"{counted(words, 'word')} are too little to say anything: correct more, {LEAST_WORDS} words at least."
