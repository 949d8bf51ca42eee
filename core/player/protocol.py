"""What the app and its player say to each other, one JSON line each as `core.processes.json_lines` has it.

Positions and spans are in samples of the stored recording at 16 kHz (of a file: at its own rate), whatever the pace
and the loudspeaker.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.processes import json_lines
from core.processes.json_lines import ProtocolError as ProtocolError
from core.processes.json_lines import encode as encode

# --- commands: app → player ---------------------------------------------------------------------


@dataclass(frozen=True)
class Play:
    """Play a span; whatever plays is stopped first. Ends with Finished, whatever happens."""

    sha256: str
    """Names the recording: `store.audio.folder.AudioFolder`."""
    start: int
    """First sample."""
    end: int
    """One past the last sample."""
    pace: float = 1.0
    """Speed without change of pitch, held to 0.5 … 2: 0.5 is half as fast."""
    loop: bool = False
    """Again and again, with a short pause between."""
    gain: float = 1.0
    """Factor for the samples; what goes beyond full scale is limited."""


@dataclass(frozen=True)
class PlayFile:
    """Play a whole WAV file at its own rate, as Play does; At and Finished name it by its path."""

    path: str


@dataclass(frozen=True)
class Adjust:
    """Change what plays, from where it is; None leaves a thing as it is. Without a play it does nothing."""

    pace: float | None = None
    loop: bool | None = None
    """False: the present round is the last."""


@dataclass(frozen=True)
class Stop:
    """Fall silent at once."""


@dataclass(frozen=True)
class Quit:
    """End. End of standard input means the same."""


# --- events: player → app -----------------------------------------------------------------------


@dataclass(frozen=True)
class Hello:
    """First line of every player."""

    pid: int


@dataclass(frozen=True)
class Ready:
    """Commands are being taken."""

    loudspeaker: str | None
    """Name of the output device; None when there is none now (the next Play looks again)."""


@dataclass(frozen=True)
class At:
    """What is being heard just now; about 25 a second while it changes."""

    sha256: str
    """Of the recording; the path of a file."""
    sample: int


@dataclass(frozen=True)
class Finished:
    """A play is over."""

    sha256: str
    sample: int
    """The last that was heard."""
    reason: str
    """end; stopped (by Stop, Quit or another Play); or failed, after an Error that says why"""
    listened: list[list[int]] = field(default_factory=list)
    """Start and end of what was really heard, one pair for each round of a loop."""


@dataclass(frozen=True)
class Error:
    """A command could not be carried out. One sentence with the remedy."""

    text: str


Command = Play | PlayFile | Adjust | Stop | Quit
Event = Hello | Ready | At | Finished | Error
COMMANDS: dict[str, type[Command]] = {c.__name__: c for c in Command.__args__}
EVENTS: dict[str, type[Event]] = {e.__name__: e for e in Event.__args__}


def whole(command: PlayFile) -> Play:
    """A file as what is played, of as yet unknown length."""
    return Play(command.path, 0, 0)


def decode_command(line: str) -> Command:
    """The command in a line. Raises ProtocolError for anything else."""
    command = json_lines.decode(line, COMMANDS)
    assert command is not None  # an unknown kind was refused
    return command


def decode_event(line: str) -> Event | None:
    """The event in a line, or None for a kind this version does not know. Raises ProtocolError."""
    return json_lines.decode(line, EVENTS, ignore_unknown=True)
