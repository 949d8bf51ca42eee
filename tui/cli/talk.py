"""`tertulia talk [FILE…]`: the same engine as the app's, without a screen.

Each file is one spoken turn; without files the microphone is heard, turn after turn, until ctrl+c.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from core.engine import protocol
from core.engine.client import Engine
from tui.cli import MODEL, existing_folder

HELP = "talk with the tutor by audio files, or by the microphone, without a screen"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="spoken turns; none: the microphone")
    parser.add_argument("--out", type=existing_folder, metavar="DIR", help="write the replies here as 16-bit WAV")
    parser.add_argument("--level", choices=["A1", "A2", "B1", "B2"], default="A2", help="your level (A2)")
    parser.add_argument("--scenario", default="conocerse", help="what to talk about (conocerse)")
    parser.add_argument("--model", metavar="NAME", help=MODEL)
    parser.add_argument("--json", action="store_true", help="one JSON object a turn")


def run(options: argparse.Namespace) -> int:
    """Talk; a bad file costs its own turn and exit code 2, not the others."""
    from core.conversation.scenario import load
    from core.errors import SENTENCES
    from core.versions.active import RECOGNISER, named
    from store.decoding import read_audio
    from store.paths import data_folder

    load(options.scenario)  # an unknown one is refused before anything is stored
    if options.model:
        named(data_folder(), RECOGNISER, options.model)  # so is an unknown recogniser
    good, status = [], 0
    for path in options.files:
        try:
            read_audio(path)
            good.append(path)
        except SENTENCES as error:
            print(f"tertulia: {error}", file=sys.stderr)
            status = 2
    if options.files and not good:
        return status
    return asyncio.run(_converse(options, data_folder(), good)) or status


async def _converse(options: argparse.Namespace, data: Path, files: list[Path]) -> int:
    """One session with the engine; 1 when it failed."""
    engine = Engine(data, sound=not files, out=options.out, recogniser=options.model)
    await engine.start()
    await engine.send(protocol.StartSession(options.level, options.scenario, greet=not files))
    waiting = [protocol.Listen(file=str(path.absolute())) for path in files] or [protocol.Listen(hands_free=True)]
    turn, failed = _Turn(options), False
    started = False
    try:
        async for event in engine.events():
            match event:
                case protocol.SessionStarted():
                    turn.session, started = event.session, True
                case protocol.Warning() | protocol.Recovered():
                    _say(_sentence(event))
                case protocol.Error():
                    _say(event.text)
                    failed = True
                    if event.fatal:
                        break
                case protocol.TurnLost():
                    _say(event.reason)
                    failed = True
                case _:
                    turn.take(event)
            over = turn.finished or isinstance(event, protocol.TurnLost | protocol.Error)
            ready = isinstance(event, protocol.State) and event.state == "idle"
            if started and (ready or over) and not turn.under_way:
                if not waiting:
                    if files:
                        break
                    continue
                await engine.send(waiting.pop(0))
                turn.begin()
    finally:
        await engine.close()
    return 1 if failed else 0


def _say(sentence: str) -> None:
    print(f"tertulia: {sentence}", file=sys.stderr, flush=True)


def _sentence(event: protocol.Warning | protocol.Recovered) -> str:
    if isinstance(event, protocol.Warning):
        return event.text
    return f"Recovered {event.seconds:.1f} s of speech from the last time."


class _Turn:
    """What is known of the turn under way, printed when it is complete."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self.session = 0
        self.under_way = self.finished = False
        self._known: dict[str, Any] = {}

    def begin(self) -> None:
        self.under_way, self.finished = True, False
        self._known = {}

    def take(self, event: protocol.Event) -> None:
        known = self._known
        match event:
            case protocol.Heard():
                known["turn"], known["heard"] = event.turn, event.text
                if not self._options.json:
                    print(f"You    {event.text}", flush=True)
            case protocol.ReplyText(final=True):
                known["reply"] = event.text
                if not self._options.json:
                    print(f"Tutor  {event.text}", flush=True)
            case protocol.Feedback():
                known["feedback"] = event.notes
                if not self._options.json:
                    for note in event.notes:
                        print(f"       {note['said']} → {note['better']}  ({note['why']})", flush=True)
            case protocol.ReplyAudio():
                known["reply_audio"] = event.path
            case protocol.Timings():
                known["timings"] = {f"{stage}_s": round(seconds, 4) for stage, seconds in event.seconds.items()}
                self.under_way, self.finished = False, True
                if self._options.json:
                    print(json.dumps(self._line(), ensure_ascii=False), flush=True)

    def _line(self) -> dict[str, Any]:
        empty: dict[str, Any] = {
            "turn": None,
            "heard": "",
            "reply": "",
            "feedback": [],
            "reply_audio": None,
            "timings": {},
        }
        return {**empty, **self._known, "session": self.session}
