"""Sessions and their turns: who said what, in which order, and how far its handling got."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from store.database import Store
from store.errors import StoreError
from store.text import clean
from store.units import SAMPLE_RATE, now

ROLES = ("learner", "tutor")
ORIGINS = ("spoken", "typed", "generated")
STATUSES = ("recorded", "heard", "answered", "lost")
"""How far a turn got: its audio is kept; its text is known; its reply is stored; or it will get no
further. A tutor's turn is its own answer."""
FIRST_STATUS = {"spoken": "recorded", "typed": "heard", "generated": "answered"}


@dataclass(frozen=True, slots=True)
class Session:
    """One sitting of conversation practice."""

    id: int
    started_at: str
    """UTC, ISO 8601, as all times here."""
    ended_at: str | None
    """None while it goes on, and for ever where the machine stopped first."""
    level: str
    scenario: str
    recogniser: str
    tutor: str
    voice: str
    """The names of the models it began with."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One contribution by the learner or the tutor."""

    id: int
    session: int
    position: int
    """0, 1, 2… within the session."""
    role: str
    text: str
    """Empty while a spoken turn has not been recognised."""
    origin: str
    status: str
    segment: int | None
    """The segment of its audio, where it has any."""
    seconds: float
    """Length of that segment; 0 without one."""
    revision: int
    created_at: str


def start_session(store: Store, level: str, scenario: str, recogniser: str, tutor: str, voice: str) -> int:
    """Open a session and return its number. Raises StoreError."""
    return store.insert(
        "sessions",
        started_at=now(),
        level=clean(level),
        scenario=clean(scenario),
        recogniser=clean(recogniser),
        tutor=clean(tutor),
        voice=clean(voice),
    )


def end_session(store: Store, session: int) -> None:
    """Note that the session is over; ending it again changes nothing. Raises StoreError."""
    with store.transaction():
        store.get("sessions", session)
        store.execute("UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL", (now(), session))


def session(store: Store, number: int) -> Session:
    """The session of that number. Raises StoreError when there is none."""
    return Session(**store.get("sessions", number))


def add_turn(
    store: Store,
    session: int,
    role: str,
    text: str,
    origin: str,
    segment: int | None = None,
    revision: int = 1,
    status: str | None = None,
    created_at: str | None = None,
) -> int:
    """Add the next turn of a session and return its number; it is on disk on return.

    Args:
        role: learner or tutor.
        origin: spoken, typed or generated.
        segment: the segment of its audio.
        status: how far it got; without one, recorded when spoken, heard when typed, answered when
            generated.
        created_at: when it was said, UTC ISO 8601; now without one.

    Raises:
        StoreError: no such session or segment, an unknown word, text that is too long.
    """
    _known(role, ROLES, "role")
    _known(origin, ORIGINS, "origin")
    status = status or FIRST_STATUS[origin]
    _known(status, STATUSES, "status")
    text = clean(text)
    with store.transaction():
        store.get("sessions", session)
        if segment is not None:
            store.get("segments", segment)
        [row] = store.execute("SELECT count(*) FROM turns WHERE session_id = ?", (session,))
        return store.insert(
            "turns",
            session_id=session,
            position=row[0],
            role=role,
            text=text,
            origin=origin,
            status=status,
            segment_id=segment,
            revision=revision,
            created_at=created_at or now(),
        )


def set_turn_text(store: Store, turn: int, text: str, revision: int | None = None) -> None:
    """Replace what a turn says, and its revision where one is given. Raises StoreError."""
    text = clean(text)
    with store.transaction():
        store.get("turns", turn)
        store.execute(
            "UPDATE turns SET text = ?, revision = coalesce(?, revision) WHERE id = ?", (text, revision, turn)
        )


def set_turn_status(store: Store, turn: int, status: str) -> None:
    """Note how far a turn got. Raises StoreError."""
    _known(status, STATUSES, "status")
    with store.transaction():
        store.get("turns", turn)
        store.execute("UPDATE turns SET status = ? WHERE id = ?", (status, turn))


def lose_unfinished(store: Store, session: int) -> list[int]:
    """Mark the learner's turns that were never answered as lost, and return their numbers.

    For whoever takes a session over from an engine that died. Raises StoreError.
    """
    with store.transaction():
        rows = store.execute(
            "UPDATE turns SET status = 'lost' WHERE session_id = ? AND role = 'learner' "
            "AND status IN ('recorded', 'heard') RETURNING id",
            (session,),
        )
    return sorted(row["id"] for row in rows)


TURNS = """SELECT turns.*, coalesce(segments."end" - segments.start, 0) AS samples
    FROM turns LEFT JOIN segments ON segments.id = turns.segment_id"""


def turn(store: Store, number: int) -> Turn:
    """The turn of that number. Raises StoreError when there is none."""
    store.get("turns", number)
    return _turn(store.execute(f"{TURNS} WHERE turns.id = ?", (number,))[0])


def turns(store: Store, session: int) -> list[Turn]:
    """The turns of a session in order; none for a session that does not exist. Raises StoreError."""
    rows = store.execute(f"{TURNS} WHERE session_id = ? ORDER BY position", (session,))
    return [_turn(row) for row in rows]


def _turn(row: sqlite3.Row) -> Turn:
    return Turn(
        id=row["id"],
        session=row["session_id"],
        position=row["position"],
        role=row["role"],
        text=row["text"],
        origin=row["origin"],
        status=row["status"],
        segment=row["segment_id"],
        seconds=row["samples"] / SAMPLE_RATE,
        revision=row["revision"],
        created_at=row["created_at"],
    )


def _known(word: str, words: tuple[str, ...], what: str) -> None:
    if word not in words:
        raise StoreError(f"A turn's {what} is {', '.join(words[:-1])} or {words[-1]}, not “{clean(word)}”")
