"""Whatever two people do, undo and redo, in whatever order: the store is what a simple model says it is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from store.check import check
from store.database import Store
from store.segments.edits import (
    ActionDone,
    Addition,
    ConflictError,
    SegmentChange,
    SegmentState,
    apply,
    redo,
    state,
    undo,
)
from store.segments.table import segment
from store.text import clean
from tests.properties import examples
from tests.store.desk_store import hear, record

PEOPLE = ("ana", "berta")
TEXTS = ("¿Qué hay?", "El año que viene…", "", "la caza")


@dataclass
class Deed:
    """An action, as the model remembers it: what each segment was, and became."""

    was: dict[int, SegmentState]
    became: dict[int, SegmentState]


@dataclass
class Person:
    done: list[Deed] = field(default_factory=list)
    undone: list[Deed] = field(default_factory=list)


@examples(15, stateful_step_count=25)
class TwoPeople(RuleBasedStateMachine):
    """Two people at one dataset; the model is a dictionary and two stacks each."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name))
        self.people = {name: Person() for name in PEOPLE}
        self.now: dict[int, SegmentState] = {}

    @initialize()
    def begin(self) -> None:
        for number in hear(self.store, record(self.store), ["voy a casa", "la caza", "no se", "qué tal"]):
            self.now[number] = state(self.store, number)[0]

    def teardown(self) -> None:
        assert check(self.store) == []
        self.store.close()
        self.folder.cleanup()

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        assert {number: state(self.store, number)[0] for number in self.now} == self.now

    def living(self) -> list[int]:
        return [number for number, one in self.now.items() if one.status != "retired"]

    def do(
        self, who: str, becomes: dict[int, SegmentState], additions: list[tuple[int, SegmentState]] | None = None
    ) -> None:
        additions = additions or []
        changes = [SegmentChange(number, to, state(self.store, number)[1]) for number, to in becomes.items()]
        done = apply(self.store, who, "correct", changes, [Addition(where, to) for where, to in additions])
        made = dict(zip(done.segments[len(changes) :], (to for _, to in additions), strict=True))
        deed = Deed(
            {number: self.now[number] for number in becomes}
            | {number: replace(to, status="retired") for number, to in made.items()},
            becomes | made,
        )
        self.now |= deed.became
        self.people[who].done.append(deed)
        self.people[who].undone.clear()

    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0), text=st.sampled_from(TEXTS))
    def correct(self, who: str, pick: int, text: str) -> None:
        living = self.living()
        number = living[pick % len(living)]
        self.do(who, {number: replace(self.now[number], status="corrected", reference=text, proposal=None)})

    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0), status=st.sampled_from(["skipped", "flagged", "new"]))
    def put_aside(self, who: str, pick: int, status: str) -> None:
        living = self.living()
        number = living[pick % len(living)]
        self.do(who, {number: replace(self.now[number], status=status, reference=None, reason=status)})

    @rule(who=st.sampled_from(PEOPLE), text=st.sampled_from(TEXTS))
    def replace_everywhere(self, who: str, text: str) -> None:
        self.do(who, {number: replace(self.now[number], proposal=text) for number in self.living()})

    @precondition(lambda self: len(self.now) < 12)
    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0))
    def split(self, who: str, pick: int) -> None:
        living = self.living()
        number = living[pick % len(living)]
        whole = self.now[number]
        middle = (whole.start + whole.end) // 2
        parts = [replace(whole, end=middle, proposal="uno"), replace(whole, start=middle, proposal="dos")]
        where = segment(self.store, number).recording
        self.do(who, {number: replace(whole, status="retired")}, [(where, part) for part in parts])

    @rule(who=st.sampled_from(PEOPLE))
    def undo(self, who: str) -> None:
        person = self.people[who]
        self.reverse(who, undo, person.done, person.undone, lambda deed: (deed.became, deed.was))

    @rule(who=st.sampled_from(PEOPLE))
    def redo(self, who: str) -> None:
        person = self.people[who]
        self.reverse(who, redo, person.undone, person.done, lambda deed: (deed.was, deed.became))

    def reverse(
        self,
        who: str,
        how: Callable[[Store, str], ActionDone | None],
        stack: list[Deed],
        other: list[Deed],
        way: Callable[[Deed], tuple[dict[int, SegmentState], dict[int, SegmentState]]],
    ) -> None:
        if not stack:
            assert how(self.store, who) is None
            return
        expected, leads_to = way(stack[-1])
        if any(self.now[number] != one for number, one in expected.items()):
            with pytest.raises(ConflictError):
                how(self.store, who)
            return
        done = how(self.store, who)
        assert done is not None and set(done.segments) == set(expected)
        self.now |= leads_to
        other.append(stack.pop())

    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0))
    def come_too_late(self, who: str, pick: int) -> None:
        number = sorted(self.now)[pick % len(self.now)]
        one, revision = state(self.store, number)
        with pytest.raises(ConflictError):
            apply(self.store, who, "note", [SegmentChange(number, replace(one, note="tarde"), revision - 1)])

    @rule()
    def start_again(self) -> None:
        self.store.close()
        self.store = Store.open(Path(self.folder.name))


TestTwoPeople = TwoPeople.TestCase


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store.open(tmp_path_factory.mktemp("typed"))
    hear(store, record(store), ["hola"])
    return store


@examples(60)
@given(typed=st.text(st.characters()) | st.text("\\\"'/<[%\x00\x1b\x7f\u2028\u202e\ud800ñ😀", max_size=20))
def test_whatever_is_typed_the_journal_and_the_segment_agree(store: Store, typed: str) -> None:
    was, revision = state(store, 1)
    to = replace(was, status="corrected", reference=typed, note=typed, speaker=typed, reason=typed)
    apply(store, typed, "correct", [SegmentChange(1, to, revision)], summary=typed)
    assert check(store) == [] and state(store, 1)[0].reference == clean(typed)
    undo(store, typed)
    assert check(store) == [] and state(store, 1)[0] == was
