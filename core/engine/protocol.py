"""What the app and its engine say to each other, one JSON line each as `core.processes.json_lines` has it.

`revision` counts the engine's guesses at one learner turn: today it is always 1, and a later
revision of the same turn replaces everything an earlier one said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.processes import json_lines
from core.processes.json_lines import ProtocolError as ProtocolError
from core.processes.json_lines import encode as encode

# --- commands: app → engine ---------------------------------------------------------------------


@dataclass(frozen=True)
class StartSession:
    """Open a new session, or go on with `session` after a restart. Answered by SessionStarted."""

    level: str = "A2"
    """CEFR level of the learner, A1 to B2."""
    scenario: str = "conocerse"
    """Name of a scenario in core/conversation/scenarios."""
    session: int | None = None
    """The session to go on with; None opens a new one."""
    greet: bool = True
    """Whether the tutor speaks first (never when a session goes on)."""


@dataclass(frozen=True)
class Listen:
    """Start hearing the learner: one turn, or turn after turn when `hands_free`."""

    hands_free: bool = False
    """True: the pause ends a turn and the next begins after the reply. False: Done ends the turn."""
    file: str | None = None
    """An audio file to hear instead of the microphone; the whole file is one turn."""
    realtime: bool = False
    """Hear the file at the speed it was spoken, as a microphone would."""


@dataclass(frozen=True)
class Done:
    """The learner has finished speaking."""


@dataclass(frozen=True)
class Cancel:
    """Stop listening; what was recorded is kept as a recording, but not answered."""


@dataclass(frozen=True)
class Say:
    """The learner typed a turn."""

    text: str


@dataclass(frozen=True)
class Replay:
    """Play a stored turn again, the learner's own audio or the tutor's voice."""

    turn: int
    pace: float = 1.0
    """Speed without change of pitch: 0.5 is half as fast."""


@dataclass(frozen=True)
class UseModel:
    """Listen, answer or speak with another model from the next turn on. ModelChanged or a Warning answers.

    The conversation goes on as it is. Of several for one part only the last is sure to be done.
    """

    part: str
    """recogniser, tutor or voice"""
    name: str = ""
    """A version or a model of this machine; empty for the one that is chosen now."""


@dataclass(frozen=True)
class Hush:
    """Stop whatever the loudspeaker is playing."""


@dataclass(frozen=True)
class Quit:
    """Finish storing, then end. End of standard input means the same."""


# --- events: engine → app -----------------------------------------------------------------------


@dataclass(frozen=True)
class Hello:
    """First line of every engine."""

    pid: int
    data_folder: str


@dataclass(frozen=True)
class Ready:
    """All models are loaded and warm."""

    recogniser: str
    tutor: str
    voice: str
    device: str
    """For example "cpu, 2 threads: no usable CUDA device"."""
    starter: bool
    """The recogniser is the built-in starter recogniser."""
    microphone: str | None
    """Name of the input device; None when there is none, with the reason in a Warning."""
    loudspeaker: str | None
    seconds: float
    """From process start to here."""


@dataclass(frozen=True)
class ModelChanged:
    """Another model listens, answers or speaks from the next turn on."""

    part: str
    """recogniser, tutor or voice"""
    name: str
    starter: bool
    """It is the built-in one."""


@dataclass(frozen=True)
class SessionStarted:
    session: int
    level: str
    scenario: str
    title: str
    suggestions: list[str] = field(default_factory=list)
    """Replies the learner might give first."""


@dataclass(frozen=True)
class State:
    """What the engine is doing: idle, listening, thinking or speaking. Told when it changes, and after a refusal.

    Idle is how every turn ends, whatever became of it: answered, lost, refused, or said to an engine that died.
    Whoever said something waits for that, and for no event that only some turns have. (Hands-free it is
    listening, until that ends, too.)
    """

    state: str


@dataclass(frozen=True)
class Level:
    """Loudness of the last stretch of microphone audio; at most 15 a second."""

    rms: float
    """0 to 1."""
    peak: float
    speech: float
    """Probability of speech, 0 to 1."""
    seconds: float
    """Length of the turn so far."""
    pause: float = 0.0
    """Silence since the last speech, in seconds."""
    safe: int = 0
    """Samples of this turn already safe on disk."""


@dataclass(frozen=True)
class TurnStored:
    """A turn has its row (and its audio, when it was spoken)."""

    turn: int
    role: str
    """learner or tutor"""
    text: str
    """Empty while a spoken turn has not been recognised."""
    origin: str
    """spoken, typed or generated"""
    seconds: float = 0.0
    """Length of its audio."""
    revision: int = 1


@dataclass(frozen=True)
class Heard:
    """What the recogniser understood of a spoken turn."""

    turn: int
    text: str
    words: list[dict[str, Any]]
    """Objects with word, start, end (seconds) and probability."""
    probability: float
    """Mean probability of the words, 0 to 1; 0 where there are none."""
    revision: int = 1


@dataclass(frozen=True)
class ReplyText:
    """The tutor's reply so far (the whole text each time); `final` marks the last."""

    turn: int
    """The tutor's turn."""
    text: str
    final: bool = False
    suggestions: list[str] = field(default_factory=list)
    """With the last: replies the learner might give, ones the recogniser can hear."""
    revision: int = 1


@dataclass(frozen=True)
class Feedback:
    """A silent margin note on the learner's turn; `notes` may be empty."""

    turn: int
    notes: list[dict[str, str]]
    """Objects with said, better and why."""
    revision: int = 1


@dataclass(frozen=True)
class Timings:
    """How long each stage of the turn took, in seconds; the last event of a turn."""

    turn: int
    """The learner's turn."""
    seconds: dict[str, float]
    """endpoint, recognise, first_token, reply, first_clause, voice, you_to_voice, feedback"""


@dataclass(frozen=True)
class ReplyAudio:
    """Where the reply was written, when the engine was started with an output folder."""

    turn: int
    path: str


@dataclass(frozen=True)
class TurnLost:
    """A turn that could not be finished; its audio, if any, is kept."""

    turn: int | None
    reason: str


@dataclass(frozen=True)
class Recovered:
    """Audio found in the journal of an engine that died, now a recording."""

    recordings: int
    seconds: float


@dataclass(frozen=True)
class Warning:  # noqa: A001 - the field's word; nobody raises it
    """Something does not work, and the app goes on without it. One sentence."""

    text: str


@dataclass(frozen=True)
class Error:
    """A command could not be carried out, and nothing was changed. One sentence with the remedy."""

    text: str
    fatal: bool = False
    """The engine ends after this."""


@dataclass(frozen=True)
class Bye:
    """Last line of an engine that ended as asked."""


Command = StartSession | Listen | Done | Cancel | Say | Replay | UseModel | Hush | Quit
Event = (
    Hello
    | Ready
    | ModelChanged
    | SessionStarted
    | State
    | Level
    | TurnStored
    | Heard
    | ReplyText
    | Feedback
    | Timings
    | ReplyAudio
    | TurnLost
    | Recovered
    | Warning
    | Error
    | Bye
)
COMMANDS: dict[str, type[Command]] = {c.__name__: c for c in Command.__args__}
EVENTS: dict[str, type[Event]] = {e.__name__: e for e in Event.__args__}


def decode_command(line: str) -> Command:
    """The command in a line. Raises ProtocolError for anything else."""
    command = json_lines.decode(line, COMMANDS)
    assert command is not None  # an unknown kind was refused
    return command


def decode_event(line: str) -> Event | None:
    """The event in a line, or None for a kind this version does not know. Raises ProtocolError."""
    return json_lines.decode(line, EVENTS, ignore_unknown=True)
