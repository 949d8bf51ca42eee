"""A spoken turn to an engine that has just been started: `python -P -m core.bench.first_answer HOME FILE`.

Prints one JSON object. The models are those in use in the data folder HOME, and the file is heard at the speed at
which it was spoken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, TypeVar

from core.engine import protocol
from core.engine.client import LOG, Engine
from core.errors import CoreError

PATIENCE = 300.0
"""Seconds for one stage: far more than any machine that one can talk with needs."""

E = TypeVar("E", bound=protocol.Event)


async def measured(home: Path, file: Path) -> dict[str, Any]:
    """How long an engine takes to start, and then to answer; with what, and what was said.

    `answer_s` counts from the first sample of the file until the reply has been spoken into a file;
    `you_to_voice_s` from the end of speech to the first sound, as the app shows it.

    Raises:
        CoreError: the engine does not start, or does not answer.
    """
    with tempfile.TemporaryDirectory() as out:
        engine = Engine(home, sound=False, out=Path(out))
        said: list[protocol.Event] = []
        stream = engine.events()
        see = f"see {home / LOG}"

        async def until(kind: type[E]) -> E:
            async with asyncio.timeout(PATIENCE):
                async for event in stream:
                    said.append(event)
                    if isinstance(event, kind):
                        return event
                    if isinstance(event, protocol.Error | protocol.TurnLost):
                        break
            raise CoreError(f"The engine did not answer ({said[-1] if said else 'it said nothing'})", see, home)

        await engine.start()
        try:
            ready = await until(protocol.Ready)
            await engine.send(protocol.StartSession("A2", greet=False))
            await until(protocol.SessionStarted)
            began = time.monotonic()
            await engine.send(protocol.Listen(file=str(file), realtime=True))
            heard = await until(protocol.Heard)
            await until(protocol.ReplyAudio)
            answered = time.monotonic() - began
            timings = await until(protocol.Timings)
        except TimeoutError as error:
            raise CoreError(f"The engine did not answer within {PATIENCE:.0f} s", see, home) from error
        finally:
            await engine.close()
    reply = next(each.text for each in reversed(said) if isinstance(each, protocol.ReplyText))
    return {
        "engine_s": ready.seconds,
        "answer_s": answered,
        "you_to_voice_s": timings.seconds.get("you_to_voice"),
        "recogniser": ready.recogniser,
        "tutor": ready.tutor,
        "voice": ready.voice,
        "heard": heard.text,
        "reply": reply,
    }


def main() -> int:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    try:
        print(json.dumps(asyncio.run(measured(options.home, options.file)), ensure_ascii=False))
    except CoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
