"""Somebody at work at the desk, as a process that may be killed: `python -m THIS FOLDER SEED DEATH`.

Each line it prints is something that it was told is stored, or a draft that it is about to store. It dies
by its own hand before its DEATH-th SQL statement, which may be in the middle of an action; never, if that
is 0.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from core.review.desk import Desk
from store.database import Store, Value
from store.errors import StoreError
from store.segments import queue
from store.segments.edits import ActionDone
from store.segments.queue import View


class Doomed(Store):
    """A store that dies at a statement."""

    death = 0

    def execute(self, sql: str, values: Sequence[Value] = ()) -> list[object]:  # type: ignore[override]
        if self.death:
            self.death -= 1
            if not self.death:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().execute(sql, values)  # type: ignore[return-value]


def correct(desk: Desk, number: int, chance: random.Random) -> ActionDone:
    return desk.accept(desk.card(number), f"Frase {chance.random()}", 1.0, 2.0, 9)


def flag(desk: Desk, number: int, chance: random.Random) -> ActionDone:
    return desk.flag(desk.card(number), "Ruido.")


def replace_everywhere(desk: Desk, number: int, chance: random.Random) -> ActionDone:
    one, other = chance.sample(["caza", "casa", "taza"], 2)
    plan = desk.plan_replacement(one, other)
    return desk.carry_out(plan, [hit.segment for hit in plan.hits])


def split(desk: Desk, number: int, chance: random.Random) -> ActionDone:
    card = desk.card(number)
    return desk.split(card, card.text.find(" ") + 1)


def merge(desk: Desk, number: int, chance: random.Random) -> ActionDone:
    return desk.merge(desk.card(number), chance.choice(("previous", "next")))


def take_back(desk: Desk, number: int, chance: random.Random) -> ActionDone | None:
    return desk.undo()


def do_again(desk: Desk, number: int, chance: random.Random) -> ActionDone | None:
    return desk.redo()


def draft(desk: Desk, number: int, chance: random.Random) -> None:
    text = f"borrador {chance.random()}"
    tell({"begun": number, "text": text})
    desk.draft(desk.card(number), text)
    newest = max((action.id for action in desk.history(1)), default=0)
    tell({"draft": number, "text": text, "action before": newest})


DEEDS: tuple[Callable[[Desk, int, random.Random], ActionDone | None], ...] = (
    correct,
    replace_everywhere,
    split,
    take_back,
    do_again,
    merge,
    draft,
    flag,
    take_back,
)


def work(desk: Desk, seed: int) -> None:
    """Do one after the other for ever, whatever the seed begins with; say what is done."""
    chance = random.Random(seed)
    for turn in itertools.count(seed):
        number = chance.choice(queue.numbers(desk.store, View(order="time", status="all")))
        try:
            done = DEEDS[turn % len(DEEDS)](desk, number, chance)
        except StoreError:
            continue  # one word cannot be split, and the first segment has none before it
        if done is not None:
            tell({"action": done.action.id, "kind": done.action.kind, "segments": len(done.segments)})


def tell(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    with Doomed.open(Path(sys.argv[1])) as opened:
        assert isinstance(opened, Doomed)
        opened.death = int(sys.argv[3])
        work(Desk(opened, "ana"), int(sys.argv[2]))
