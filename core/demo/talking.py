"""The learner talks with the tutor, by files instead of a microphone, and all is stored as in real life.

What was said and heard is looked up in the database, so a demonstration that was interrupted goes on with the
sentence it was at, in the sitting it was in.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.demo.errors import DemoError
from core.demo.learner import Sentence
from core.engine import protocol
from core.engine.client import LOG, Engine
from store.database import Store

LEVEL = "A2"
SCENARIO = "conocerse"
TRIES = 2
PATIENCE = 120.0
"""Seconds that the engine may be silent: on a slow disk it takes its time to load."""

HEARD = """
SELECT recordings.origin, turns.session_id, segments.id, segments.heard,
    segments."end" - segments.start AS samples,
    (SELECT text FROM hypotheses WHERE segment_id = segments.id ORDER BY id LIMIT 1) AS first
FROM turns JOIN segments ON segments.id = turns.segment_id JOIN recordings ON recordings.id = segments.recording_id
WHERE turns.role = 'learner' AND segments.heard IS NOT NULL
ORDER BY segments.status = 'corrected', segments.id DESC
"""


@dataclass(frozen=True, slots=True)
class HeardSentence:
    """A sentence that was said and heard."""

    sentence: Sentence
    segment: int
    session: int
    first: str
    """What was heard when it was said."""
    heard: str
    """What was heard in it last."""
    samples: int


def said(store: Store, sentences: Sequence[Sentence]) -> dict[str, HeardSentence]:
    """Which of the sentences were said, by the names of their files. Raises StoreError.

    One that was cut short and said again counts once: as it was corrected, or as it was first heard.
    """
    known = {sentence.file.name: sentence for sentence in sentences}
    return {
        row["origin"]: HeardSentence(
            known[row["origin"]], row["id"], row["session_id"], row["first"], row["heard"], row["samples"]
        )
        for row in store.execute(HEARD)
        if row["origin"] in known
    }


def talk(store: Store, sittings: Sequence[Sequence[Sentence]], on_turn: Callable[[], None]) -> None:
    """Say what was not said yet, each sitting in a session of its own.

    Args:
        on_turn: called after every sentence.

    Raises:
        DemoError: the engine gave up, or did not hear some of it.
        StoreError: the database cannot be read.
    """
    for _ in range(TRIES):  # an engine that crashed loses the sentence it was at
        if left := _left(store, sittings):
            asyncio.run(_converse(store.folder, left, on_turn))
    if missing := sum(len(rest) for _, rest in _left(store, sittings)):
        raise DemoError(
            f"The engine did not get to hear {missing} of the sentences",
            f"{store.folder / LOG} says why",
            store.folder / LOG,
        )


def _left(store: Store, sittings: Sequence[Sequence[Sentence]]) -> list[tuple[int | None, list[Sentence]]]:
    """The sentences that are still to be said, by sitting, with the session of it that was begun, if any."""
    done = said(store, [sentence for sitting in sittings for sentence in sitting])
    left: list[tuple[int | None, list[Sentence]]] = []
    for sitting in sittings:
        session = next((done[one.file.name].session for one in sitting if one.file.name in done), None)
        if rest := [one for one in sitting if one.file.name not in done]:
            left.append((session, rest))
    return left


def hear_again(data: Path, sentence: Sentence) -> str:
    """Say one sentence in a new session, to the recogniser in use; what it heard. Raises DemoError."""
    heard = asyncio.run(_converse(data, [(None, [sentence])], lambda: None))
    if not heard:
        raise DemoError("The engine did not hear the last sentence", f"{data / LOG} says why", data / LOG)
    return heard[0]


async def _converse(
    data: Path, sittings: Sequence[tuple[int | None, Sequence[Sentence]]], on_turn: Callable[[], None]
) -> list[str]:
    """One engine, a session a sitting, where one may go on; what was heard, in order."""
    heard = []
    engine = Engine(data, sound=False)
    await engine.start()
    try:
        events = engine.events()

        async def until(*kinds: type[protocol.Event]) -> protocol.Event:
            with contextlib.suppress(StopAsyncIteration, TimeoutError):
                while True:
                    event = await asyncio.wait_for(anext(events), PATIENCE)
                    if isinstance(event, protocol.Error):
                        raise DemoError(event.text)
                    if isinstance(event, protocol.Heard):
                        heard.append(event.text)
                    if isinstance(event, kinds):
                        return event
            raise DemoError("The engine says nothing more", f"{data / LOG} says why", data / LOG)

        for session, sentences in sittings:
            await engine.send(protocol.StartSession(LEVEL, SCENARIO, session, greet=False))
            await until(protocol.SessionStarted)
            for sentence in sentences:
                await engine.send(protocol.Listen(file=str(sentence.file)))
                if isinstance(await until(protocol.Timings, protocol.TurnLost), protocol.Timings):
                    on_turn()
    finally:
        await engine.close()
    return heard
