"""The queue: every order and filter gives what going through all segments one by one would give."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.check import check
from store.database import Store
from store.errors import StoreError
from store.segments import queue
from store.segments.edits import SegmentChange, apply, state
from store.segments.queue import ORDERS, SegmentRow, View
from store.segments.table import add_hypothesis, add_segment
from store.sessions import add_turn, start_session
from tests.properties import examples
from tests.store.desk_store import correct, hear, record
from tui.bench.desk.data import SPEAKERS, fill

FILLED = 600
STATUSES = ("new", "corrected", "skipped", "flagged", "unsure")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, list[SegmentRow]]:
    """Six hundred segments, some of them retired, one never heard; and all as rows."""
    folder = tmp_path_factory.mktemp("full")
    fill(folder, FILLED)
    store = Store.open(folder)
    for number in range(3, FILLED, 50):
        was, revision = state(store, number)
        apply(store, "berta", "merge", [SegmentChange(number, replace(was, status="retired"), revision)])
    add_segment(store, 1, 7, 16_000, "Ana")
    return store, queue.rows(store, range(1, FILLED + 2))


def folded(word: str) -> str:
    """A word as the search sees it: small letters, ñ a letter of its own, no accents."""
    parts = unicodedata.normalize("NFD", word.lower().replace("ñ", "ɲ"))
    return "".join(char for char in parts if not unicodedata.combining(char))


def tokens(text: str) -> list[str]:
    return [folded(word.strip(".")) for word in text.split()]


def sorts(view: View) -> Callable[[SegmentRow], Any]:
    a, b, c = view.cost
    keys: dict[str, Callable[[SegmentRow], Any]] = {
        "worth": lambda row: (-row.expected / (a + b * row.seconds + c * row.expected), row.id),
        "time": lambda row: (row.recording, row.start, row.id),
        "confidence": lambda row: (row.confidence is None, row.confidence, row.id),
        "speaker": lambda row: (row.speaker, row.recording, row.start, row.id),
        "length": lambda row: (row.end - row.start, row.id),
    }
    return keys[view.order]


def one_by_one(rows: list[SegmentRow], view: View) -> list[int]:
    """What is in the view, by looking at every segment."""
    wanted = {
        "all": STATUSES,
        "open": ("new", "unsure", "flagged", "skipped"),
    }.get(view.status, (view.status,))
    *whole, begun = tokens(view.search) or [""]
    chosen = [
        row
        for row in rows
        if row.status in wanted
        and view.speaker in ("", row.speaker)
        and view.split in ("", row.split)
        and view.source in ("", row.source)
        and (not view.warnings or view.warnings & row.warnings)
        and (view.segments is None or row.id in view.segments)
        and set(whole) <= set(tokens(row.text))
        and any(word.startswith(begun) for word in tokens(row.text) or [""])
    ]
    return [row.id for row in sorted(chosen, key=sorts(view))]


views = st.builds(
    View,
    order=st.sampled_from(ORDERS),
    status=st.sampled_from((*STATUSES, "open", "all")),
    speaker=st.sampled_from(("", "", *SPEAKERS)),
    split=st.sampled_from(("", "", "train", "test")),
    source=st.sampled_from(("", "", "microphone", "file")),
    warnings=st.sampled_from((0, 0, 1, 0b1010, 255)),
    search=st.sampled_from(("", "", "", "de la", "el", "Que")),
    segments=st.none() | st.lists(st.integers(-5, FILLED + 5), max_size=300).map(tuple),
    cost=st.sampled_from(((3.0, 1.0, 4.0), (0.1, 5.0, 0.0), (0.0, 0.0, 2.0))),
)


@examples(300)
@given(view=views)
def test_a_view_is_what_looking_at_every_segment_gives(full: tuple[Store, list[SegmentRow]], view: View) -> None:
    store, rows = full
    expected = one_by_one(rows, view)
    assert queue.ids(store, view).tolist() == expected
    assert queue.first(store, view, 7) == expected[:7]
    assert queue.count(store, view) == len(expected)


def test_what_was_filled_in_bulk_is_whole_and_never_over_what_is_there(
    full: tuple[Store, list[SegmentRow]],
) -> None:
    store, rows = full
    with pytest.raises(StoreError, match="choose an empty folder"):
        fill(store.folder, 10)
    assert check(store) == []
    assert queue.rows(store, range(1, FILLED + 2)) == rows


def test_a_search_gives_the_first_five_thousand_of_the_view(tmp_path: Path) -> None:
    fill(tmp_path, 9_000)
    with Store.open(tmp_path) as store:
        everywhere = View(status="all", search="e")
        assert queue.count(store, everywhere) == len(queue.ids(store, everywhere)) == queue.MOST_FOUND
        # Few are flagged: none of them is lost behind the others' five thousand.
        flagged = View(order="time", status="flagged")
        some = [row for row in queue.rows(store, queue.ids(store, flagged)) if folded("el") in tokens(row.text)]
        assert some
        found = queue.rows(store, queue.ids(store, replace(flagged, search="el la")))
        assert found == [row for row in some if any(word.startswith("la") for word in tokens(row.text))]


@pytest.mark.parametrize("view", [View(order="size"), View(status="retired"), View(status="gone")])
def test_an_unknown_order_or_status_is_named(store: Store, view: View) -> None:
    with pytest.raises(StoreError, match="use one of"):
        queue.first(store, view, 5)
    with pytest.raises(StoreError, match="use one of"):
        queue.ids(store, view)


def test_rows_come_in_the_order_asked_for(store: Store) -> None:
    one, two = hear(store, record(store), ["voy a casa", "el año pasado"])
    rows = queue.rows(store, [two, 99, one, two])
    assert [row.id for row in rows] == [two, one, two]
    assert (rows[0].text, rows[0].seconds, rows[0].model, rows[0].source) == ("el año pasado", 1.0, "ear", "file")
    assert rows[0].confidence == pytest.approx(0.9)
    assert queue.rows(store, []) == []


def test_the_present_text_is_found_wherever_it_came_from(store: Store) -> None:
    [one] = hear(store, record(store), ["la caza del año"])

    def found(words: str) -> bool:
        return queue.first(store, View(status="all", search=words), 5) == [one]

    assert found("AÑO caza") and found("cáza") and not found("ano") and not found("casa")
    was, revision = state(store, one)
    apply(store, "ana", "replace", [SegmentChange(one, replace(was, proposal="la casa del año"), revision)])
    assert found("casa") and not found("caza")
    add_hypothesis(store, one, "ear 2", "la taza", [], 0.1)
    assert found("casa") and not found("taza")
    correct(store, one, "La mesa.")
    assert found("mesa") and not found("casa") and found("") and found("¿…?")


@examples(150)
@given(
    words=st.text(st.characters(), max_size=60)
    | st.from_regex(r"([\"'*()^:{}+\-~_]|AND|OR|NOT|NEAR|hola|text|\x00|😀| ){1,12}", fullmatch=True)
    | st.lists(st.sampled_from(["a", "ñ", '"', "𐐀", "ª", "½", "٣", "ﬁ", "e\u0301", "क्षि"]), max_size=99).map(
        " ".join
    )
)
def test_no_search_is_an_error(full: tuple[Store, list[SegmentRow]], words: str) -> None:
    assert queue.count(full[0], View(status="all", search=words)) <= FILLED + 1


def test_neighbours_are_those_beside_it_in_the_recording(store: Store) -> None:
    where = record(store)
    one, two, three, four, five = hear(store, where, ["uno", "dos", "tres", "cuatro", "cinco"])
    hear(store, record(store, seed=1), ["otra"])
    was, revision = state(store, two)
    apply(store, "ana", "merge", [SegmentChange(two, replace(was, status="retired"), revision)])
    before, after = queue.neighbours(store, four)
    assert ([row.id for row in before], [row.id for row in after]) == ([one, three], [five])
    assert [row.id for row in queue.neighbours(store, one, after=1)[1]] == [three]
    with pytest.raises(StoreError, match="no segment 99"):
        queue.neighbours(store, 99)


def test_a_turn_spoken_alone_has_the_conversation_around_it(store: Store) -> None:
    sitting = start_session(store, "A2", "conocerse", "r", "t", "v")
    mine = hear(store, record(store), ["Me llamo Ana."], "learner")[0]
    next_one = hear(store, record(store, seed=1), ["De Lugo."], "learner")[0]
    add_turn(store, sitting, "tutor", "¿Cómo te llamas?", "generated")
    add_turn(store, sitting, "learner", "Me llamo Ana.", "spoken", mine)
    add_turn(store, sitting, "tutor", "¿De dónde eres?", "generated")
    add_turn(store, sitting, "learner", "De Lugo.", "spoken", next_one)
    before, after = queue.neighbours(store, mine)
    assert [(row.id, row.speaker, row.text) for row in before] == [(0, "tutor", "¿Cómo te llamas?")]
    assert [(row.id, row.text) for row in after] == [(0, "¿De dónde eres?"), (next_one, "De Lugo.")]
    alone = hear(store, record(store, seed=2), ["Hola."])[0]
    assert queue.neighbours(store, alone) == ([], [])


def test_changes_of_any_process_are_noticed(store: Store) -> None:
    one, two, three = hear(store, record(store), ["uno", "dos", "tres"])
    marker, changed = queue.changed_since(store, None)
    assert changed == [] and queue.changed_since(store, marker) == (marker, [])
    with Store.open(store.folder) as other:
        correct(other, three, "Tres.")
        add_hypothesis(other, one, "ear 2", "uno", [], 0.1)
        four = add_segment(other, 1, 0, 10, "Ana")
    later, changed = queue.changed_since(store, marker)
    assert changed == [one, three, four] and queue.changed_since(store, later) == (later, [])
    assert two not in changed
