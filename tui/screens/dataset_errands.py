"""The first layer of the Dataset screen: importing and exporting, beside everything else.

One at a time, as a process of its own, which goes on while other screens are shown. How it ended stays to
be read, and what was rejected with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.errors import StoreError
from tui.desk_worker import DeskWorker
from tui.errand import Errand, Outcome
from tui.screens.base import ModeScreen
from tui.text import plain
from tui.widgets.errand_line import ErrandLine
from tui.widgets.lines import KeysLine

if TYPE_CHECKING:
    from tui.screens.bring_in import BringIn
    from tui.screens.send_out import SendOut

STOPPING = {
    "import": "What was done stays, and importing the same again goes on from there.",
    "export": "Nothing is written then.",
}
STOPPED = {
    "import": "Stopped. Import the same again to go on from here.",
    "export": "Stopped. Nothing was written.",
}


class ErrandScreen(ModeScreen):
    """A screen from which imports and exports are started."""

    def __init__(self) -> None:
        super().__init__()
        self.errand: Errand | None = None
        """The one that runs."""
        self.errand_line = ErrandLine()
        self.rejected: tuple[tuple[str, str], ...] = ()
        """Place and reason of what the last import did not take."""
        self._worker: DeskWorker | None = None

    @property
    def worker(self) -> DeskWorker:
        """The threads that read and write the database."""
        assert self._worker is not None, "the screen has not been shown yet"
        return self._worker

    async def on_unmount(self) -> None:
        """Stop what runs, and close the database."""
        if self.errand is not None:
            await self.errand.stop()
        if self._worker is not None:
            await self._worker.close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Which keys mean something just now."""
        match action:
            case "bring_in" | "send_out":
                return self._worker is not None and self.errand is None
            case "divide" | "refresh":
                return self._worker is not None
            case "rejected":
                return bool(self.rejected)
            case "back":
                return bool(self.errand_line.state)
            case _:
                return super().check_action(action, parameters)

    # --- asking -----------------------------------------------------------------------------------

    def action_bring_in(self) -> None:
        """Ask what to import."""
        from tui.screens.bring_in import BringInForm

        def chosen(wanted: BringIn | None) -> None:
            if wanted is not None:
                self.begin("import", wanted.arguments)

        self.app.push_screen(BringInForm(), chosen)

    def action_send_out(self) -> None:
        """Ask what to export."""
        self.run_worker(self._send_out(), group="figures", exit_on_error=False)

    async def _send_out(self) -> None:
        from store.tallies import tally
        from tui.screens.send_out import SendOutForm

        def chosen(wanted: SendOut | None) -> None:
            if wanted is not None:
                self.begin("export", wanted.arguments)

        try:
            tallies = await self.worker.desk(lambda desk: tally(desk.store))
        except StoreError as error:
            self.tertulia.tell(str(error), "error")
            return
        self.app.push_screen(SendOutForm(tallies), chosen)

    def action_back(self) -> None:
        """Stop what runs, after asking; else put away how it ended."""
        from tui.screens.confirm import Confirm

        errand = self.errand
        if errand is None:
            self.errand_line.state = ""
            self.rejected = ()
            self._show_keys()
            return

        def answered(stop: bool | None) -> None:
            if stop and self.errand is errand:
                self.errand_line.text = "stopping…"
                self.run_worker(errand.stop(), group="stop", exit_on_error=False)

        self.app.push_screen(Confirm(f"Stop the {errand.name}?", STOPPING[errand.name]), answered)

    def action_rejected(self) -> None:
        """Show what was not taken."""
        from tui.screens.rejections import Rejections

        self.app.push_screen(Rejections(self.rejected))

    # --- running ----------------------------------------------------------------------------------

    def begin(self, name: str, arguments: list[str]) -> None:
        """Start a command in the data folder, unless one is running."""
        if self.errand is not None or self.tertulia.data is None:
            return
        self.errand = Errand(name, arguments, self.tertulia.data)
        self.rejected = ()
        line = self.errand_line
        line.state, line.what, line.text, line.keys = "running", name, "begins…", (("esc", "stop"),)
        self._show_keys()
        self.run_worker(self._follow(self.errand), group="errand", exit_on_error=False)

    async def _follow(self, errand: Errand) -> None:
        try:
            outcome = await errand.run(self._progress)
        except (OSError, ValueError) as error:  # the second for a zero byte in a path
            outcome = Outcome(1, {}, (f"It cannot be started: {plain(error)}.",))
        self.errand = None
        self._ended(errand, outcome)
        self.data_changed()

    def _progress(self, text: str) -> None:
        if self.errand is not None and not self.errand.stopped:
            self.errand_line.text = text

    def _ended(self, errand: Errand, outcome: Outcome) -> None:
        line = self.errand_line
        line.keys = (("esc", "close"),)
        if outcome.result:
            line.state = "done"
            line.text = _summary(errand.name, outcome.result)
            self.rejected = _rejected(outcome.result)
            known = {plain(said) for where, reason in self.rejected for said in (reason, f"{where}: {reason}")}
            for sentence in [one for one in outcome.sentences if one not in known][:3]:
                self.tertulia.tell(sentence, "warning")
            if self.rejected:
                line.keys = (("v", "why"), ("esc", "close"))
            if self.rejected and not outcome.result.get("imported") and not outcome.result.get("duplicates"):
                line.state = "failed"
        elif errand.stopped:
            line.state, line.text = "stopped", STOPPED[errand.name]
        else:
            line.state = "failed"
            line.text = (
                outcome.sentences[-1] if outcome.sentences else f"It broke off ({outcome.code}): try it again."
            )
            self.tertulia.tell(line.text, "error")
        if not self.is_current and line.state == "done":
            self.tertulia.tell(f"The {errand.name} is done: {line.text}.", "information")
        self._show_keys()

    def _show_keys(self) -> None:
        for keys in self.query(KeysLine):
            keys.refresh()
        self.refresh_bindings()

    # --- what the layer above does ------------------------------------------------------------------

    def data_changed(self) -> None:
        """A command has ended that may have changed the dataset."""
        raise NotImplementedError


def _summary(name: str, result: dict[str, Any]) -> str:
    number = result.get("segments", 0)
    segments = f"{number:,} segment{'s' * (number != 1)}"
    if name == "export":
        return f"{segments} in {result.get('folder', '')}"
    parts = [f"{result.get('imported', 0):,} imported ({segments})"]
    for key, label in (("duplicates", "there already"), ("rejected", "rejected"), ("transcribed", "transcribed")):
        value = result.get(key, 0)
        count = len(value) if isinstance(value, list) else value
        parts += [f"{count:,} {label}"] if count else []
    return ", ".join(parts)


def _rejected(result: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    rows = result.get("rejected", [])
    return tuple((str(row.get("where", "")), str(row.get("reason", ""))) for row in rows if isinstance(row, dict))
