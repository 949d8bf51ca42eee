"""What a piece of work reports while it is done: one JSON line each on its standard error.

Its result is one JSON object on its standard output. Libraries print other things on either: a line that is no
event is passed over, and of the output the last line counts.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from core.errors import Sentence, fields, sentence
from core.processes import json_lines


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    text: str
    """As a person reads it."""
    share: float | None = None
    """How much is done, 0 to 1; None where nobody knows."""


@dataclass(frozen=True)
class Notice:
    """Something that did not keep it from going on."""

    text: str
    place: str = ""
    """The row, segment or file that it is about; empty where it is about all."""


@dataclass(frozen=True)
class Failed:
    """Why there is no result."""

    what: str
    """What is wrong and where, as it begins the sentence."""
    remedy: str = ""
    """What to do about it, where `what` does not say it already."""
    place: str = ""
    """The file, folder or row that it is about."""

    @classmethod
    def of(cls, error: Sentence) -> Failed:
        return cls(**fields(error))

    def __str__(self) -> str:
        """One sentence."""
        return sentence(self.what, self.remedy)


@dataclass(frozen=True)
class Result:
    """What came of it."""

    body: dict[str, Any]


Event = Progress | Notice | Failed
EVENTS: dict[str, type[Event]] = {event.__name__: event for event in Event.__args__}


def report(event: Event) -> None:
    """Report an event, as the process that does the work. Raises OSError where nobody listens any more."""
    print(json_lines.encode(event), file=sys.stderr, flush=True)


def decode_event(line: str) -> Event | None:
    """The event in a line, None for a kind this version does not know. Raises ProtocolError for all else."""
    return json_lines.decode(line, EVENTS, ignore_unknown=True)
