"""The dialog before an import: what, in which format; it is looked into while it is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from store.errors import EncodingError, StoreError
from tui.shell.cycle import Cycle
from tui.shell.form import Form
from tui.shell.path_line import PathLine

if TYPE_CHECKING:
    from core.importing.preview import Preview

PAUSE = 0.2
"""Seconds after the last letter before the path is looked into."""
HOW = (
    "An audio file, a transcript, a folder of them, or an archive.",
    "Nothing is changed or moved there; importing twice changes nothing here.",
)


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import."""

    path: Path
    format: str = ""
    """Empty: guessed."""
    encoding: str = ""
    """Empty: UTF-8."""
    speaker: str = ""

    @property
    def arguments(self) -> list[str]:
        """Those of the command."""
        options = {"--format": self.format, "--encoding": self.encoding, "--speaker": self.speaker}
        given = [f"{option}={value}" for option, value in options.items() if value]
        return [*given, "--", str(self.path.absolute())]


class ImportForm(Form["ImportRequest | None"]):
    """Gives what to import, or None."""

    HEADING = "Import"
    DOES = "import"
    KEYS_SHOWN = (("tab", "completes the path"), ("up", "↓ field"), ("left", "→ format"))

    def __init__(self) -> None:
        super().__init__()
        from store.formats.formats import MODULES

        self.path = PathLine(id="path")
        self.format = Cycle([("", "guess"), *((name, name) for name in sorted(MODULES))], id="format")
        self.encoding = Input(compact=True, placeholder="(empty: UTF-8)", max_length=40, id="encoding")
        self.speaker = Input(compact=True, placeholder="(where nothing else says who speaks)", id="speaker")
        self._timer: Timer | None = None
        self._looking = asyncio.Lock()
        self._answered: ImportRequest | None = None
        """To this the names that tab offered are the answer, whatever is still on its way."""

    def fields(self) -> Iterable[tuple[str, Widget]]:
        return (
            ("Path", self.path),
            ("Format", self.format),
            ("Encoding", self.encoding),
            ("Speaker", self.speaker),
        )

    def on_mount(self) -> None:
        self.say(*HOW)

    @property
    def wanted(self) -> ImportRequest | None:
        """What the fields say; None without a path."""
        path = self.path.path
        if path is None:
            return None
        return ImportRequest(path, self.format.value, self.encoding.value.strip(), self.speaker.value.strip())

    @on(PathLine.Offered)
    def offered(self, message: PathLine.Offered) -> None:
        """Show the names that the path may go on with; while there are several, there is nothing to look into."""
        if len(message.names) != 1:
            if self._timer is not None:
                self._timer.stop()
            self._answered = self.wanted
            self.say("  ".join(message.names) if message.names else "Nothing there begins like that.")

    @on(Input.Changed)
    @on(Cycle.Changed)
    def changed(self) -> None:
        """Look again, when the typing pauses."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    @work(exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        wanted = self.wanted
        if wanted is None:
            self.format.note = ""
            self.say(*HOW)
            return
        if wanted == self._answered:
            return
        self._answered = None
        try:
            async with self._looking:  # one thread at a time
                seen = await asyncio.to_thread(_look_into, wanted)
        except (StoreError, OSError, RuntimeError) as error:
            if wanted == self.wanted != self._answered:
                self.format.note = ""
                self.say(_sentence(error), wrong=True)
            return
        if wanted != self.wanted or wanted == self._answered:
            return
        self.format.note = f"({seen.kind})" if seen is not None and not wanted.format else ""
        if seen is None:
            self.say("Nothing is called that yet; tab shows what there is.")
        else:
            self.say(f"{seen.kind}: {seen.about}", *seen.lines)

    def action_done(self) -> None:
        wanted = self.wanted
        if wanted is None:
            self.say("Name a file or folder first.", wrong=True)
            self.path.focus()
        else:
            self.dismiss(wanted)


def _sentence(error: Exception) -> str:
    """What is wrong; a remedy names the field of the form, not the option of the command line."""
    if isinstance(error, EncodingError):
        return f"{error.what}: {error.suspicion}, as encoding, give {error.encoding}; otherwise {error.otherwise}."
    return str(error)


def _look_into(wanted: ImportRequest) -> Preview | None:
    """What is there; None while the path is not typed to its end. Raises StoreError, OSError."""
    from core.importing.preview import preview

    if not wanted.path.exists():
        return None
    return preview(wanted.path, wanted.format or None, wanted.encoding or None)
