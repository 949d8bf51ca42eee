"""Before warnings and errors are counted or chosen by: what other rules have judged or scored is done again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.cli.progress import ProgressLine

if TYPE_CHECKING:
    from store.database import Store


def catch_up(store: Store) -> None:
    """Have all segments scored and judged by the rules of now; what stands in the way costs a sentence."""
    from core.review.derived_columns import judge_again, outdated, score_again, scored_otherwise
    from store.errors import StoreError

    with ProgressLine() as line:
        try:
            for count, again, verb in (
                (scored_otherwise, score_again, "scored"),
                (outdated, judge_again, "judged"),
            ):
                if total := count(store):
                    said = f"segment {{}} of {total} {verb} by the rules of today"
                    again(store, on_progress=partial(_show, line, said, total))
        except StoreError as error:
            line.say(f"Some warnings and scores are those of older rules. {error}")


def _show(line: ProgressLine, said: str, total: int, done: int) -> None:
    line.show(said.format(done), done / total)
