"""Before warnings are counted or chosen by: what other rules have judged is judged again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.progress import ProgressLine

if TYPE_CHECKING:
    from store.database import Store


def catch_up(store: Store) -> None:
    """Have all segments judged by the rules of now; what stands in the way costs a sentence."""
    from core.review.derived_columns import judge_again, outdated
    from store.errors import StoreError

    with ProgressLine() as line:
        try:
            if total := outdated(store):
                said = "segment {} of {} judged by the rules of today"
                judge_again(store, on_progress=lambda done: line.show(said.format(done, total), done / total))
        except StoreError as error:
            line.say(f"Some warnings are those of older rules. {error}")
