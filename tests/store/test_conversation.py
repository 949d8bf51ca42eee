"""A conversation is stored as it happens, corrected afterwards, and found again."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.audio.folder import AudioFolder
from store.check import check
from store.database import Store
from store.errors import StoreError
from store.feedback import add_feedback, add_timings, feedback, timings
from store.segments.search import search
from store.segments.table import (
    add_hypothesis,
    add_recording,
    add_segment,
    corrections,
    hypotheses,
    recording,
    reference,
    segment,
)
from store.sessions import (
    add_turn,
    end_session,
    lose_unfinished,
    session,
    set_turn_status,
    set_turn_text,
    start_session,
    turn,
    turns,
)
from store.versions import active_version, add_version, promote
from tests.properties import examples
from tests.store.corrections import add_correction


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


@pytest.fixture
def sitting(store: Store) -> int:
    return start_session(store, "A2", "conocerse", "starter ear", "starter tutor", "starter voice")


def spoken(store: Store, samples: int = 32_000, seed: int = 0) -> int:
    """A segment over a whole recording."""
    pcm = np.random.default_rng(seed).integers(-99, 99, samples).astype(np.int16)
    number = add_recording(store, AudioFolder(store.folder).put(pcm), samples, "microphone", "Built-in")
    return add_segment(store, number, 0, samples, "learner")


def test_a_spoken_turn_is_recorded_heard_answered_and_annotated(store: Store, sitting: int) -> None:
    add_turn(store, sitting, "tutor", "¿Qué hiciste el sábado?", "generated")
    said = add_turn(store, sitting, "learner", "", "spoken", spoken(store))
    assert (turn(store, said).status, turn(store, said).text) == ("recorded", "")

    words = [{"word": "fue", "start": 0.1, "end": 0.4, "probability": 0.62}]
    where = turn(store, said).segment
    assert where is not None
    add_hypothesis(store, where, "starter ear", "Fue al mercado.", words, 0.02)
    set_turn_text(store, said, "Fue al mercado.", revision=2)
    set_turn_status(store, said, "heard")
    reply = add_turn(store, sitting, "tutor", "¡Qué bien!", "generated")
    set_turn_status(store, said, "answered")
    add_feedback(store, said, "fue al mercado", "fui al mercado", "I: yo fui")
    add_timings(store, said, {"recognise": 0.2, "reply": 0.9})
    add_timings(store, said, {"reply": 1.0})
    end_session(store, sitting)

    first, heard, last = turns(store, sitting)
    assert [first.position, heard.position, last.position] == [0, 1, 2]
    assert (heard.text, heard.status, heard.revision, heard.seconds) == ("Fue al mercado.", "answered", 2, 2.0)
    assert (last.id, last.status, last.role, last.seconds) == (reply, "answered", "tutor", 0.0)
    [hypothesis] = hypotheses(store, where)
    assert hypothesis.words == tuple(words) and hypothesis.model == "starter ear"
    [note] = feedback(store, said)
    assert (note.said, note.better, note.why) == ("fue al mercado", "fui al mercado", "I: yo fui")
    assert timings(store, said) == {"recognise": 0.2, "reply": 1.0}
    ended = session(store, sitting)
    assert ended.ended_at is not None
    assert ended.started_at.endswith("+00:00") and ended.started_at <= ended.ended_at
    assert check(store) == []


def test_turns_an_engine_left_unanswered_are_lost_when_the_next_takes_over(store: Store, sitting: int) -> None:
    answered = add_turn(store, sitting, "learner", "Hola.", "typed", status="answered")
    typed = add_turn(store, sitting, "learner", "¿Qué tal?", "typed")
    unheard = add_turn(store, sitting, "learner", "", "spoken", spoken(store))
    other = add_turn(store, start_session(store, "A1", "casa", "r", "t", "v"), "learner", "Sí.", "typed")
    assert lose_unfinished(store, sitting) == [typed, unheard]
    assert [turn(store, n).status for n in (answered, typed, unheard, other)] == [
        "answered", "lost", "lost", "heard",
    ]  # fmt: skip
    assert lose_unfinished(store, sitting) == []


def test_all_text_is_neutralised_on_its_way_in(store: Store, sitting: int) -> None:
    evil = "\x1b[2Jhola\u202e\x00"
    said = add_turn(store, sitting, "learner", evil, "typed")
    where = spoken(store)
    add_hypothesis(store, where, evil, evil, [{"word": evil, "start": 0, "end": 1, "probability": 1}], 0.1)
    add_correction(store, where, evil, evil, evil, evil, 0)
    add_feedback(store, said, evil, evil, evil)
    add_timings(store, said, {evil: 1.0})
    start_session(store, evil, evil, evil, evil, evil)
    add_version(store, "voice", evil, "/voice", "0", {})
    with store.transaction():
        set_turn_text(store, add_turn(store, sitting, "tutor", "x", "generated"), evil)
    dump = "\n".join(store._connection.iterdump())
    assert "hola" in dump and not {"\x1b", "\u202e", "\x00"} & set(dump)
    assert "\\u001b" not in dump


def test_half_a_thing_is_never_stored(store: Store, sitting: int) -> None:
    said = add_turn(store, sitting, "learner", "Hola.", "typed")
    where = spoken(store)
    whole = "\n".join(store._connection.iterdump())
    endless = "a" * 20_000
    word = {"word": "a", "start": 0.0, "end": 1.0, "probability": float("nan")}
    for attempt in (
        lambda: add_turn(store, sitting, "learner", endless, "typed"),
        lambda: add_turn(store, sitting, "parrot", "Hola.", "typed"),
        lambda: add_turn(store, sitting, "learner", "Hola.", "sung"),
        lambda: add_turn(store, sitting, "learner", "Hola.", "spoken", segment=99),
        lambda: add_turn(store, 99, "learner", "Hola.", "typed"),
        lambda: set_turn_status(store, said, "forgotten"),
        lambda: set_turn_status(store, 99, "heard"),
        lambda: set_turn_text(store, said, endless),
        lambda: add_timings(store, said, {"reply": 1.0, "voice": float("inf")}),
        lambda: add_timings(store, said, {"reply": -1.0}),
        lambda: add_timings(store, 99, {"reply": 1.0}),
        lambda: add_feedback(store, 99, "a", "b", "c"),
        lambda: add_hypothesis(store, where, "m", "a", [word], 0.1),
        lambda: add_hypothesis(store, 99, "m", "a", [], 0.1),
        lambda: add_correction(store, where, "ana", "edit", None, endless, 0),
        lambda: add_correction(store, 99, "ana", "edit", None, "a", 0),
        lambda: add_recording(store, "f" * 64, 10, "microphone", "x"),
        lambda: add_recording(store, "../../etc/passwd", 10, "microphone", "x"),
        lambda: add_segment(store, 1, 5, 5, "learner"),
        lambda: add_segment(store, 1, -1, 5, "learner"),
        lambda: add_segment(store, 1, 0, 32_001, "learner"),
        lambda: end_session(store, 99),
        lambda: add_version(store, "nose", "v", "/v", "0", {}),
        lambda: promote(store, 99, "x"),
    ):
        with pytest.raises(StoreError) as caught:
            attempt()
        assert str(caught.value).endswith(".")
    assert "\n".join(store._connection.iterdump()) == whole


def test_the_same_audio_is_one_recording_with_many_segments(store: Store) -> None:
    first, second = segment(store, spoken(store)), segment(store, spoken(store))
    assert first.id != second.id and first.recording == second.recording
    kept = recording(store, first.recording)
    assert len(AudioFolder(store.folder).get(kept.sha256)) == kept.samples == 32_000


def test_corrections_are_a_journal_whose_newest_entry_is_the_reference(store: Store) -> None:
    where = spoken(store)
    assert reference(store, where) is None and segment(store, where).status == "new"
    add_correction(store, where, "ana", "edit", "ola que tal", "Hola, ¿qué tal?", 3.2)
    add_correction(store, where, "ana", "edit", "Hola, ¿qué tal?", "¡Hola! ¿Qué tal?", 1.0)
    assert reference(store, where) == "¡Hola! ¿Qué tal?" and segment(store, where).status == "corrected"
    add_correction(store, where, "ana", "undo", "¡Hola! ¿Qué tal?", "Hola, ¿qué tal?", 0.0)
    assert reference(store, where) == "Hola, ¿qué tal?"
    add_correction(store, where, "ana", "undo", "Hola, ¿qué tal?", None, 0.0)
    assert reference(store, where) is None and segment(store, where).status == "new"
    assert [entry.kind for entry in corrections(store, where)] == ["edit", "edit", "undo", "undo"]


def test_promotion_and_rollback(store: Store) -> None:
    assert active_version(store, "recogniser") is None
    first = add_version(store, "recogniser", "v1", "/models/v1", "aa", {"wer": 0.2})
    second = add_version(store, "recogniser", "v2", "/models/v2", "bb", {"wer": 0.1}, base=first)
    promote(store, first, "first")
    promote(store, second, "better")
    active = active_version(store, "recogniser")
    assert active is not None and (active.name, active.base, active.scores) == ("v2", first, {"wer": 0.1})
    promote(store, first, "rolled back")
    again = active_version(store, "recogniser")
    assert again is not None and again.id == first
    assert active_version(store, "voice") is None
    with pytest.raises(StoreError, match="UNIQUE"):
        add_version(store, "recogniser", "v2", "/models/v2", "bb", {})


# --- search -------------------------------------------------------------------------------------


def texts(store: Store, words: str) -> list[str]:
    return [found.text for found in search(store, words)]


def test_words_are_found_without_their_accents_but_not_without_their_tilde(store: Store, sitting: int) -> None:
    for text in ("Tengo veinte años.", "Me gusta el café con leche.", "El pingüino está aquí.", "Un ano."):
        add_turn(store, sitting, "learner", text, "typed")
    assert texts(store, "cafe") == texts(store, "CAFÉ leche") == ["Me gusta el café con leche."]
    assert texts(store, "pinguino esta") == ["El pingüino está aquí."]
    assert texts(store, "años") == texts(store, "AÑ") == texts(store, "an\u0303os") == ["Tengo veinte años."]
    assert texts(store, "ano") == ["Un ano."]
    assert texts(store, "café años") == []
    assert texts(store, "aqu") == ["El pingüino está aquí."]


def test_a_turn_is_found_once_by_what_was_said_heard_or_corrected(store: Store, sitting: int) -> None:
    where = spoken(store)
    said = add_turn(store, sitting, "learner", "Voy al mercado.", "spoken", where)
    add_hypothesis(store, where, "m1", "Voy al mercado.", [], 0.1)
    add_hypothesis(store, where, "m2", "Soy al marcado.", [], 0.1)
    add_correction(store, where, "ana", "edit", "Voy al mercado.", "Voy al supermercado.", 1.0)
    alone = spoken(store, seed=1)
    add_hypothesis(store, alone, "m1", "Mercado lejano.", [], 0.1)

    found = search(store, "mercado")
    assert {(f.kind, f.text, f.session, f.turn, f.segment) for f in found} == {
        ("turn", "Voy al mercado.", sitting, said, where),
        ("hypothesis", "Mercado lejano.", None, None, alone),
    }
    assert [(f.kind, f.turn) for f in search(store, "marcado")] == [("hypothesis", said)]
    assert [(f.kind, f.turn) for f in search(store, "supermercado")] == [("correction", said)]


def test_the_index_follows_changes(store: Store, sitting: int) -> None:
    said = add_turn(store, sitting, "learner", "", "spoken", spoken(store))
    set_turn_text(store, said, "Compré manzanas.")
    set_turn_text(store, said, "Compré naranjas.")
    assert texts(store, "manzanas") == [] and texts(store, "naranjas") == ["Compré naranjas."]
    with store.transaction():
        store.execute("DELETE FROM turns WHERE id = ?", (said,))
    assert texts(store, "naranjas") == []


def test_the_limit_is_kept(store: Store, sitting: int) -> None:
    for _ in range(9):
        add_turn(store, sitting, "learner", "Sí.", "typed")
    assert len(search(store, "sí", limit=4)) == 4


@pytest.fixture(scope="module")
def hola(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store.open(tmp_path_factory.mktemp("hola"))
    sitting = start_session(store, "A1", "casa", "r", "t", "v")
    add_turn(store, sitting, "learner", "say hola", "typed")
    add_turn(store, sitting, "learner", "a text and or not near ½ ñ", "typed")
    return store


@examples(150)
@given(
    st.text(st.characters(), max_size=60)
    | st.from_regex(r"([\"'*()^:{}+\-~_]|AND|OR|NOT|NEAR|hola|text|\x00|😀| ){1,12}", fullmatch=True)
    | st.lists(st.sampled_from(["a", "ñ", '"', "𐐀", "ª", "½", "٣", "ﬁ"]), max_size=99).map(" ".join)
)
def test_no_query_is_an_error(hola: Store, query: str) -> None:
    assert len(search(hola, query)) <= 2


def test_operators_are_only_words(hola: Store) -> None:
    assert texts(hola, "hola OR zzz") == texts(hola, "hola NOT zzz") == texts(hola, "text:hola") == []
    assert texts(hola, "hola NOT") == [] and texts(hola, "text NOT") == ["a text and or not near ½ ñ"]
    assert texts(hola, 'say "hola"') == ["say hola"]
