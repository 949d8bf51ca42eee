"""The dialog before segments are split into train, dev and test: it says what would happen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on, work
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from core.words import counted, duration
from store.errors import StoreError
from tui.database_worker import DatabaseWorker
from tui.shell.form import Form

if TYPE_CHECKING:
    from core.dataset.splits import Assigned

PAUSE = 0.3
"""Seconds after the last letter before it is tried."""
FEW = 2
"""Segments that are kept out and named."""


class SplitForm(Form["tuple[float, ...] | None"]):
    """Gives the shares of train, dev and test, or None.

    Args:
        worker: tries what would happen.
    """

    HEADING = "Split the corrected segments into train, dev and test"
    DOES = "split them so"
    KEYS_SHOWN = ()

    def __init__(self, worker: DatabaseWorker) -> None:
        super().__init__()
        self._worker = worker
        self._timer: Timer | None = None
        self._would: Assigned | None = None
        self.shares = Input("80,10,10", compact=True, max_length=40, select_on_focus=False, id="shares")

    def fields(self) -> Iterable[tuple[str, Widget]]:
        return (("Shares", self.shares),)

    @on(Input.Changed)
    def changed(self) -> None:
        """Try again, when the typing pauses."""
        self._would = None
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._try)

    def on_mount(self) -> None:
        """Try what stands there."""
        self.say("Looking at what belongs together…")

    @work(exclusive=True, exit_on_error=False)
    async def _try(self) -> None:
        from core.dataset.splits import assign

        shares = self._numbers()
        try:
            would = await self._worker.read(lambda desk: assign(desk.store, shares, pretend=True))
        except StoreError as error:
            self.say(str(error), wrong=True)
            return
        if shares != self._numbers():
            return
        if not any(share.segments for share in would.splits.values()):
            self.say("Nothing is corrected yet: correct some segments first.", wrong=True)
            return
        self._would = would
        self.say(*described(would), wrong=not would.splits["train"].segments)

    def _numbers(self) -> tuple[float, ...]:
        try:
            return tuple(float(share) for share in self.shares.value.split(","))
        except ValueError:
            return ()

    def action_done(self) -> None:
        if self._would is not None:
            self.dismiss(self._numbers())


def described(would: Assigned) -> list[str | Content]:
    """What the split would be, a line each."""
    whole = sum(share.seconds for name, share in would.splits.items() if name != "out") or 1.0
    moved = f"{counted(would.moved, 'segment')} would move" if would.moved else "Nothing would move"
    if not would.splits["train"].segments:
        moved = "Nothing would be there to train on: recordings of others, or more of them, are needed"
    lines: list[str | Content] = [f"{moved}; what is in the test stays there."]
    for name, share in would.splits.items():
        part = "kept out" if name == "out" else f"{100 * share.seconds / whole:.0f} %"
        if name != "out" or share.segments:
            segments = "segment" if share.segments == 1 else "segments"
            amount = f"{duration(share.seconds):>9}{share.segments:>9,} {segments}"
            lines.append(Content(f"{name:<6}{part:>8}{amount}"))
    lines += [f"{one.segment}: {one.reason}" for one in would.kept_out[:FEW]]
    if len(would.kept_out) > FEW:
        lines.append(f"… and {len(would.kept_out) - FEW:,} more are kept out, to keep the test honest.")
    return lines
