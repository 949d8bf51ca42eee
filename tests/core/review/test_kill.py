"""Work at the desk is killed again and again, and by two at once: what was acknowledged is there, as a whole."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Set
from pathlib import Path
from typing import Any

import pytest

from core.review.derived_columns import refresh
from core.review.desk import Desk
from store.check import check
from store.database import Store
from store.segments import drafts
from store.segments.table import segment
from tests.patience import PATIENCE
from tests.store.desk_store import hear, record

POINTS = 20
SEGMENTS = 120
KINDS = {"correct", "replace", "split", "merge", "undo", "redo", "draft"}
"""Of what is done; the last worker is killed when all of it has been done."""
DERIVED = "SELECT id, length, sameness, errors, words, character_errors, characters FROM segments ORDER BY id"


def worker(folder: Path, seed: int, death: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "tests.core.review.desk_at_work", str(folder), str(seed), str(death)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def stored(
    child: subprocess.Popen[str], most: int | None = None, kinds: Set[str] = frozenset()
) -> list[dict[str, Any]]:
    """What a worker knows to be stored, until it dies or has said so much, and something of each of these kinds."""
    assert child.stdout
    lines: list[dict[str, Any]] = []
    for line in child.stdout:
        if line.endswith("\n"):
            lines.append(json.loads(line))
        if most is not None and len(lines) >= most and kinds <= set(map(kind, lines)):
            break
    return lines


def kind(line: dict[str, Any]) -> str:
    return str(line.get("kind", "draft"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Store.open(tmp_path) as store:
        refresh(store, hear(store, record(store, 200), ["la caza es grande"] * SEGMENTS))
    return tmp_path


def test_killed_at_twenty_points_nothing_is_lost_and_nothing_is_half_done(folder: Path) -> None:
    chance = random.Random(5)
    kinds: set[str] = set()
    for point in range(POINTS):
        with Store.open(folder) as store:
            [(before,)] = store.execute("SELECT count(*) FROM actions")
        if point % 2:
            # Killed from outside, wherever it is when its third or tenth line is read.
            child = worker(folder, point, 0)
            lines = stored(child, chance.randrange(3, 12), KINDS - kinds if point == POINTS - 1 else frozenset())
            child.kill()
            lines += stored(child)
        else:
            # Killed between two statements, the most of which belong to one action.
            child = worker(folder, point, chance.choice((chance.randrange(5, 60), chance.randrange(60, 3_000))))
            lines = stored(child)
        child.wait(PATIENCE)
        assert child.stdout
        child.stdout.close()
        with Store.open(folder) as store:
            assert check(store) == [], point
            actions = {line["action"]: line["segments"] for line in lines if "action" in line}
            for action, touched in actions.items():
                entries = store.execute("SELECT 1 FROM corrections WHERE action_id = ?", (action,))
                assert len(entries) == touched, (point, action)
            # What was done and could not be acknowledged any more is one action at most.
            [(after,)] = store.execute("SELECT count(*) FROM actions")
            assert before + len(actions) <= after <= before + len(actions) + 1
            for line in lines:
                if "draft" in line:
                    begun = [each["text"] for each in lines if each.get("begun") == line["draft"]]
                    used = store.execute(
                        "SELECT 1 FROM corrections WHERE segment_id = ? AND action_id > ?",
                        (line["draft"], line["action before"]),
                    )
                    assert used or drafts.get(store, line["draft"], "ana") in begun, point
            # Whatever is made of a segment keeps what was heard in it, and what is derived from that.
            assert not store.execute("SELECT 1 FROM segments WHERE heard IS NULL"), point
            derived = store.execute(DERIVED)
            refresh(store, [row["id"] for row in derived])
            assert store.execute(DERIVED) == derived, point
            kinds |= set(map(kind, lines))
    assert kinds >= KINDS
    with Store.open(folder) as store:
        while Desk(store, "ana").undo():
            pass
        assert check(store) == []
        living = store.execute("SELECT text FROM segments WHERE status != 'retired'")
        assert [row["text"] for row in living] == ["la caza es grande"] * SEGMENTS


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from store.database import Store
from store.segments.edits import ConflictError, SegmentChange, apply, state

me, conflicts = sys.argv[2], 0
with Store.open(Path(sys.argv[1])) as store:
    was, revision = state(store, 1)
    print("has looked", flush=True)
    sys.stdin.readline()
    for turn in range(40):
        while True:
            to = replace(was, status="corrected", reference=f"{was.reference or ''} {me}{turn}")
            try:
                apply(store, me, "correct", [SegmentChange(1, to, revision)])
                break
            except ConflictError as conflict:
                assert conflict.theirs.reference in str(conflict) and to.reference in str(conflict)
                was, revision, conflicts = conflict.theirs, conflict.revision, conflicts + 1
        was, revision = state(store, 1)
print(conflicts)
"""


def test_two_at_once_lose_no_update_and_see_each_others_text(folder: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in ("ana", "berta")
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "has looked\n"
    # Both have seen the same text by now, so whoever is second to change it is told, at least this once.
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    conflicts = [int(writer.communicate(timeout=PATIENCE)[0]) for writer in writers]
    assert sum(conflicts) > 0
    with Store.open(folder) as store:
        words = (segment(store, 1).reference or "").split()
        assert sorted(words) == sorted(f"{name}{turn}" for name in ("ana", "berta") for turn in range(40))
        assert check(store) == []
