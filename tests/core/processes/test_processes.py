"""Children and tasks as real processes: what they tell, how they end, and what is left of them."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.processes import child as children
from core.processes import command, detached
from core.processes.asking import NoAnswer, TooLong, ask
from core.processes.child import Child, Restarts
from core.processes.events import Failed, Notice, Progress, Result
from core.processes.task import Task
from tests.patience import PATIENCE
from tests.places import ROOT

MODULE = "tests.core.processes.child_at_work"
ECHO = """
import sys
from core.processes.json_lines import Outbox, private_stdout
from tests.core.processes.test_processes import Note
outbox = Outbox(private_stdout())
print("a library says hello")
print("a complaint", file=sys.stderr)
for line in sys.stdin:
    outbox.send(Note(line.strip()))
"""
TELL = """
import json, sys, time
from core.processes.events import Failed, Progress, Notice, report
"""


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children find this folder's modules."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@dataclass(frozen=True)
class Note:
    """The one message and event of these tests."""

    text: str


KINDS = {"Note": Note}


async def output_of(child: Child) -> tuple[list[str], list[str]]:
    """What a child tells to its end: texts of events, and what was odd."""
    odd: list[str] = []
    async with asyncio.timeout(PATIENCE):
        texts = [event.text async for event in child.events(KINDS, odd.append)]
        await child.ended()
    return texts, odd


def writing(*lines: str) -> str:
    """Code that writes bytes on standard output, each line given as Python has it."""
    return f"import sys; [sys.stdout.buffer.write(line) for line in ({', '.join(lines)},)]"


# --- a child ----------------------------------------------------------------------------------------


async def test_a_child_takes_messages_and_tells_events_and_complains_in_its_log(tmp_path: Path) -> None:
    log = tmp_path / "data" / "child.log"
    child = await Child.talking(MODULE, ECHO, log=log)
    assert child.pid and os.getsid(child.pid) == child.pid != os.getsid(0)
    events = child.events(KINDS)
    async with asyncio.timeout(PATIENCE):
        await child.send(Note("¡Hola!"))
        assert "¡Hola!" in (await anext(events)).text
        os.kill(child.pid, signal.SIGSEGV)
        assert await child.ended() == "signal SIGSEGV"
        assert [event async for event in events] == []
    assert child.pid is None
    assert log.read_text() == "a library says hello\na complaint\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600 and stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    child.signal(signal.SIGTERM)  # to nobody


async def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * (command.LOG_BYTES + 1))
    for _ in range(2):
        child = await Child.talking(MODULE, "import sys; sys.stderr.write('new ')", log=log)
        assert await child.ended() == "exit status 0"
    assert log.read_text() == "new new "
    assert (tmp_path / "child.log.1").stat().st_size == command.LOG_BYTES + 1


@pytest.mark.parametrize("length", [1000, 1025, 70_000])
async def test_a_line_that_is_too_long_is_skipped_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(children, "LONGEST", 1000)
    begins = """b'{"v":1,"kind":"Note","text":"'"""
    one, two = (rf"""{begins} b'{text}"}}\n'""" for text in ("one", "two"))
    long = f"""{begins} + b"a" * {length}"""
    code = writing(one, rf"""{long} + b'"}}\n'""", two, long)
    child = await Child.talking(MODULE, code, log=tmp_path / "log")
    assert await output_of(child) == (["one", "two"], ["too long to be read; it was skipped"] * 2)


async def test_bytes_that_are_no_event_are_told_and_a_line_cut_short_is_not(tmp_path: Path) -> None:
    code = writing(
        r"b'\xff\xfe\n'",
        r"""b'{"v":1,"kind":"Dance"}\n'""",
        r"""b'{"v":1,"kind":"Note","text":"ma\xf1ana"}\n'""",
        r"""b'{"v":1,"ki'""",
    )
    child = await Child.talking(MODULE, code, log=tmp_path / "log")
    texts, odd = await output_of(child)
    assert texts == ["ma�ana"]
    [only] = odd
    assert only.startswith("that is not of its protocol: not a JSON line")


async def test_a_child_that_is_asked_ends_and_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    child = await Child.talking(MODULE, ECHO, log=tmp_path / "log")
    await child.send(Note("one"))
    assert await anext(child.events(KINDS))
    child.signal(signal.SIGTERM)
    await child.end(60)
    assert await child.ended() == "signal SIGTERM"
    deaf = await Child.talking(
        MODULE, f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{ECHO}", log=tmp_path / "log"
    )
    await deaf.send(Note("one"))
    assert await anext(deaf.events(KINDS))
    deaf.signal(signal.SIGTERM)
    await deaf.end(0.1)
    assert await deaf.ended() == "signal SIGKILL"


async def test_a_child_whose_log_cannot_be_written_is_not_started(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        await Child.talking(MODULE, "", log=tmp_path / "file" / "log")


def test_restarts_come_later_each_time_and_end_until_there_was_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(children.time, "monotonic", lambda: now[0])
    restarts = Restarts(most=3, seconds=60.0, pause=0.25)
    assert [restarts.after_crash() for _ in range(3)] == [0.25, 0.5, None]
    now[0] += 61
    assert restarts.after_crash() == 0.25


def test_what_is_detached_has_a_session_of_its_own_and_a_log(tmp_path: Path) -> None:
    code = "import os, sys; print(os.environ['ANSWER'], os.getsid(0) == os.getpid(), file=sys.stderr); sys.exit(1)"
    process = detached.start(MODULE, [code], tmp_path / "log", {"ANSWER": "42"})
    assert process.wait(60) == 1 and (tmp_path / "log").read_text() == "42 True\n"


# --- a task -----------------------------------------------------------------------------------------


def task(code: str, grace: float = 60.0) -> Task:
    """The work that some code does."""
    return Task("count", MODULE, [TELL + code], {"ANSWER": "42"}, grace)


async def done(work: Task) -> tuple[Result | Failed, list[Progress | Notice]]:
    """How it ends, and what it tells."""
    events: list[Progress | Notice] = []
    async with asyncio.timeout(PATIENCE):
        return await work.run(events.append), events


async def test_a_task_tells_how_far_it_is_and_gives_its_result() -> None:
    code = """
import os
print("a library says hello")
print("and complains", file=sys.stderr)
report(Progress("half of it", 0.5))
report(Notice("is empty", "row 3"))
print('{"v": 1, "kind": "Later"}', file=sys.stderr)
print(json.dumps({"answer": os.environ["ANSWER"]}))
"""
    result, events = await done(task(code))
    assert result == Result({"answer": "42"})
    assert events == [Progress("half of it", 0.5), Notice("is empty", "row 3")]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("report(Failed('There is nothing to count')); sys.exit(2)", "There is nothing to count."),
        ("report(Failed('Row 3 is no number', 'mend it', 'row 3')); sys.exit(2)", "Row 3 is no number: mend it."),
        ("print('[1]'); {}['who']", "The count was broken off (KeyError: 'who'): try it once more."),
        ("import os; os.kill(os.getpid(), 9)", "The count was broken off (signal SIGKILL): try it once more."),
        ("", "The count was broken off (exit status 0): try it once more."),
    ],
)  # fmt: skip
async def test_without_a_result_a_sentence_says_why(code: str, sentence: str) -> None:
    failed, events = await done(task(code))
    assert isinstance(failed, Failed) and str(failed) == sentence and not events


async def test_a_task_that_cannot_be_started_says_so() -> None:
    failed, _ = await done(Task("count", MODULE, ["a\0b"]))
    assert str(failed) == "The count cannot be started (embedded null byte): try it again."


async def begun(work: Task) -> tuple[asyncio.Task[Result | Failed], int]:
    """Some work at which a process is, having reported something; its number."""
    first: asyncio.Queue[Any] = asyncio.Queue()
    running = asyncio.create_task(work.run(first.put_nowait))
    async with asyncio.timeout(PATIENCE):
        await first.get()
    assert work.pid
    return running, work.pid


WAITING = """
report(Progress("waiting"))
[time.sleep(0.02) for _ in iter(int, 1)]
"""
"""For ever, but in short sleeps: a signal that comes just before a long one would only be answered at its end."""


async def test_a_task_that_is_killed_says_so() -> None:
    work = task(WAITING)
    running, pid = await begun(work)
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE):
        assert "(signal SIGKILL)" in str(await running)
    assert work.pid is None and not work.stopped


async def test_a_task_that_is_stopped_may_tidy_up(tmp_path: Path) -> None:
    work = task(f"""
try: {WAITING.strip().replace(chr(10), "; ")}
finally: open({str(tmp_path / "tidy")!r}, "w").close()
""")
    running, _ = await begun(work)
    async with asyncio.timeout(PATIENCE):
        await work.stop()
        assert isinstance(await running, Failed)
    assert work.stopped and work.pid is None and (tmp_path / "tidy").exists()
    await work.stop()


async def test_a_task_that_does_not_listen_is_killed() -> None:
    work = task(f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{WAITING}", grace=0.1)
    running, pid = await begun(work)
    async with asyncio.timeout(PATIENCE):
        await work.stop()
        assert "SIGKILL" in str(await running)
    assert not psutil.pid_exists(pid)


async def test_nothing_is_left_of_a_task_whose_app_goes() -> None:
    work = task(WAITING)
    running, pid = await begun(work)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert work.pid is None and not psutil.pid_exists(pid)


async def test_a_task_that_was_stopped_before_it_began_does_not_begin() -> None:
    work = task(WAITING)
    await work.stop()
    failed, events = await done(work)
    assert isinstance(failed, Failed) and work.pid is None and not events


# --- a question -------------------------------------------------------------------------------------


def test_a_question_has_an_answer_or_a_reason_why_not() -> None:
    assert ask(MODULE, "import sys; print(sys.stdin.read()[::-1])", given="¿Qué?") == "?éuQ¿\n"
    for code, why in (
        ("print(1); {}['who']", "KeyError: 'who'"),
        ("import sys; sys.exit(3)", "exit status 3"),
        ("import os; os.kill(os.getpid(), 11)", "signal SIGSEGV"),
    ):
        with pytest.raises(NoAnswer) as caught:
            ask(MODULE, code)
        assert str(caught.value) == why
    with pytest.raises(TooLong, match=r"no answer within 0\.2 s"):
        ask(MODULE, "import time; time.sleep(1000)", seconds=0.2)
