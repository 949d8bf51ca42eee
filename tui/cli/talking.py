"""A talk without a screen: the next turn is given to the engine when it has finished with the one before.

What ends a turn is that the engine comes to rest, and nothing else: a turn may be answered, lost, refused, or die
with the engine, and each of these ends in that state.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.engine import protocol
from core.engine.client import Engine
from tui.cli import progress

LONGEST_LINE = 1 << 14
"""Bytes of one typed turn; a longer line is several."""
UNANSWERED = "This turn was not answered."


class Closed:
    """Nothing more will be typed."""


News = protocol.Event | protocol.Say | Closed | None
"""The engine's events, what is typed, and None for the engine's end."""


class Talk:
    """One session.

    Args:
        engine: started; closed by whoever started it.
        as_json: print one JSON object a turn.
        files: the turns; none: what is spoken and typed.
    """

    def __init__(self, engine: Engine, as_json: bool, files: Sequence[Path]) -> None:
        self._engine = engine
        self._files = bool(files)
        self._waiting: deque[protocol.Command] = deque(protocol.Listen(file=str(path)) for path in files)
        self._turn = PrintedTurn(as_json)
        self._news: asyncio.Queue[News] = asyncio.Queue()
        self._typing = not files
        """More lines may come."""
        self._typed = False
        self._terminal = sys.stdin is not None and sys.stdin.isatty()
        self._microphone = False
        """There is one that can be heard."""
        self._open = False
        """It is being heard, turn after turn."""
        self._session = 0
        self._state = ""
        self._failed = False

    async def run(self, level: str, scenario: str) -> bool:
        """Talk to the end; whether something failed."""
        follower = asyncio.create_task(self._follow())
        if not self._files:
            loop = asyncio.get_running_loop()
            threading.Thread(target=_read_lines, args=(loop, self._news), name="lines", daemon=True).start()
        await self._engine.send(protocol.StartSession(level, scenario, greet=not self._files))
        try:
            while (news := await self._news.get()) is not None and self._take(news):
                if self._at_rest and not await self._next():
                    return self._failed
        finally:
            follower.cancel()
        return self._failed or self._turn.under_way or bool(self._waiting)

    async def _follow(self) -> None:
        async for event in self._engine.events():
            self._news.put_nowait(event)
        self._news.put_nowait(None)

    @property
    def _at_rest(self) -> bool:
        """The engine has finished with all that was said, and no turn is under way."""
        resting = self._state == ("listening" if self._open else "idle")
        return bool(self._session) and resting and not self._turn.under_way

    def _take(self, news: protocol.Event | protocol.Say | Closed) -> bool:
        """Note what has happened; whether the engine goes on."""
        match news:
            case protocol.Say():
                self._waiting.append(news)
                self._typed = True
            case Closed():
                self._typing = False
            case protocol.Ready(microphone=microphone):
                self._microphone, self._open = microphone is not None, False
            case protocol.SessionStarted(session=session):
                self._session = self._turn.session = session
            case protocol.Warning(text=text):
                self._turn.say(text)
            case protocol.Recovered(seconds=seconds):
                self._turn.say(f"Recovered {seconds:.1f} s of speech from the last time.")
            case protocol.Error(text=text, fatal=fatal):
                self._turn.say(text)
                self._failed = True
                return not fatal and bool(self._session)  # a session that is refused never comes
            case protocol.State(state=state):
                self._changed(state)
            case _:
                self._turn.take(news)
        self._failed = self._failed or self._turn.failed
        return True

    def _changed(self, state: str) -> None:
        self._state = state
        if state == "idle" and self._open:  # it could not be opened, or has gone away
            self._microphone = self._open = False
            self._failed = True
        if state == ("listening" if self._open else "idle"):
            self._turn.end()

    async def _next(self) -> bool:
        """Say what comes next, if anything waits; whether there is more to come."""
        if self._waiting:
            self._turn.begin()
            await self._engine.send(self._waiting.popleft())
        elif self._microphone and not self._files and not self._open:
            self._open = True
            await self._engine.send(protocol.Listen(hands_free=True))
        elif not self._typing:
            if not self._files and not self._typed and not self._microphone:
                self._failed = True  # there was nobody to talk with
            return self._open and not self._typed and not self._terminal
        return True


class PrintedTurn:
    """What is known of the turn under way, printed as it comes, or as JSON when it is complete."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self.session = 0
        self.under_way = False
        """It was said, and the engine has not come to rest since."""
        self.failed = False
        """It was not answered, or one before it was not."""
        self._reported = True
        """How it ended has been reported."""
        self._said = ""
        """The last sentence of trouble."""
        self._known: dict[str, Any] = {}

    def say(self, sentence: str) -> None:
        """Report trouble, once."""
        if sentence != self._said:
            progress.say(sentence)
        self._said = sentence

    def begin(self) -> None:
        """A turn is said."""
        self.under_way, self._reported = True, False
        self._known, self._said = {}, ""

    def end(self) -> None:
        """The engine has come to rest."""
        if self.under_way and not self._reported:
            if not self._said:
                self.say(UNANSWERED)
            self._lost(self._said)
        self.under_way = False

    def take(self, event: protocol.Event) -> None:
        """Take in an event of the turn."""
        known = self._known
        match event:
            case protocol.TurnStored(role="learner"):
                if not self.under_way or "turn" in known:  # somebody spoke into the microphone
                    self.begin()
                self._known |= {"turn": event.turn, "heard": event.text}
            case protocol.Heard():
                known["heard"] = event.text
                if event.text:
                    self._print(f"You    {event.text}")
            case protocol.ReplyText(final=True):
                known["reply"] = event.text
                self._print(f"Tutor  {event.text}")
            case protocol.Feedback():
                known["feedback"] = event.notes
                for note in event.notes:
                    self._print(f"       {note['said']} → {note['better']}  ({note['why']})")
            case protocol.ReplyAudio():
                known["reply_audio"] = event.path
            case protocol.TurnLost():
                self.say(event.reason)
                self._lost(event.reason)
            case protocol.Timings():
                known["timings"] = {f"{stage}_s": round(seconds, 4) for stage, seconds in event.seconds.items()}
                self._report()

    def _lost(self, reason: str) -> None:
        self.failed = True
        self._known["error"] = reason
        self._report()

    def _report(self) -> None:
        if self._as_json and not self._reported:
            print(json.dumps(self._line(), ensure_ascii=False), flush=True)
        self._reported = True

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

    def _print(self, line: str) -> None:
        if not self._as_json:
            print(line, flush=True)


def _read_lines(loop: asyncio.AbstractEventLoop, news: asyncio.Queue[News]) -> None:
    """Read what is typed, to its end, in a thread of its own, which waits in it when the talk is over."""
    # Not by sys.stdin, whose lock would be held when the interpreter ends.
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
        with contextlib.suppress(OSError):  # standard input is closed
            keyboard = io.FileIO(0, closefd=False)
            while line := keyboard.readline(LONGEST_LINE):
                if text := line.decode(errors="replace").strip():
                    loop.call_soon_threadsafe(news.put_nowait, protocol.Say(text))
        loop.call_soon_threadsafe(news.put_nowait, Closed())
