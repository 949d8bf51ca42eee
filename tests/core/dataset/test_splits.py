"""Splits tell the truth: nothing is on both sides, the test stays, and the shares come out."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset.leaks import leaks
from core.dataset.splits import assign
from store.database import Store
from store.errors import StoreError
from store.segments.splits import USED, blocks, set_blocks, set_split
from store.segments.table import add_segment
from store.units import SAMPLE_RATE
from tests.core.review.desk_makings import correct, corrected, recording
from tests.properties import examples

WORDS = ("lobo", "mesa", "roca", "luna", "tren", "vaso", "pera", "flor", "nube", "gato", "hilo", "vela", "rama")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def sentence(number: int) -> str:
    """Six words that no other number's sentence has five of."""
    chance = random.Random(number)
    return " ".join(chance.choice(WORDS) + str(chance.randint(0, 9999)) for _ in range(6))


def reference(store: Store, where: int, text: str, start: float, seconds: float, speaker: str = "") -> int:
    """A corrected segment, made quickly."""
    number = add_segment(store, where, int(start * SAMPLE_RATE), int((start + seconds) * SAMPLE_RATE), speaker)
    store.execute("UPDATE segments SET status = 'corrected', reference = ? WHERE id = ?", (text, number))
    return number


def splits(store: Store) -> dict[int, str]:
    return {row["id"]: row["split"] for row in store.execute("SELECT id, split FROM segments")}


def splits_of(store: Store, column: str) -> dict[object, set[str]]:
    """The splits, but for out, that each recording, block or speaker is in."""
    found: dict[object, set[str]] = defaultdict(set)
    for row in store.execute(
        f"SELECT {column} AS one, split FROM segments JOIN recordings ON recordings.id = recording_id "
        "WHERE split IN ('train', 'dev', 'test')"
    ):
        found[row["one"]].add(row["split"])
    return found


def test_recordings_stay_whole_and_the_shares_come_out(store: Store) -> None:
    with store.transaction():
        for number in range(40):
            where = recording(store, number)
            for place in range(3):
                reference(store, where, sentence(3 * number + place), 10.0 * place, 4.0)
    done = assign(store)
    whole = sum(share.seconds for share in done.splits.values())
    for name, share in zip(USED, (0.8, 0.1, 0.1), strict=True):
        assert done.splits[name].seconds / whole == pytest.approx(share, abs=0.03)
    assert done.moved == 120
    assert all(len(held) == 1 for held in splits_of(store, "recording_id").values())
    assert done.kept_out == ()


def test_the_same_seed_divides_alike_and_another_does_not(tmp_path: Path) -> None:
    made = []
    for folder, seed in (("one", 1), ("two", 1), ("three", 2)):
        with Store.open(tmp_path / folder) as store:
            with store.transaction():
                for number in range(30):
                    reference(store, recording(store, number), sentence(number), 0.0, 4.0)
            assign(store, (60, 20, 20), seed)
            made.append(splits(store))
            assert assign(store, (60, 20, 20), seed).moved == 0
    assert made[0] == made[1] != made[2]


def test_with_several_speakers_nobody_is_on_both_sides(store: Store) -> None:
    with store.transaction():
        for number in range(36):
            speaker = f"hablante {number % 12}"
            reference(store, recording(store, number), sentence(number), 0.0, 4.0, speaker)
    assign(store)
    held = splits_of(store, "speaker")
    assert all(len(one) == 1 for one in held.values())
    assert set().union(*held.values()) == set(USED)
    assert blocks(store)[1] == "speaker hablante 0"
    # A new recording of somebody goes where they are.
    where = recording(store, 99)
    number = reference(store, where, sentence(99), 0.0, 4.0, "hablante 3")
    assign(store)
    assert splits_of(store, "speaker")["hablante 3"] == held["hablante 3"] == {splits(store)[number]}


def test_the_one_learner_is_in_the_test_too_whoever_else_there_is(store: Store) -> None:
    with store.transaction():
        for number in range(30):
            reference(store, recording(store, number), sentence(number), 0.0, 20.0, "learner")
        for number in range(4):
            reference(store, recording(store, 100 + number), sentence(100 + number), 0.0, 4.0, f"voz {number}")
    assign(store)
    assert splits_of(store, "speaker")["learner"] == set(USED)
    assert all(len(held) == 1 for held in splits_of(store, "recording_id").values())


def test_turns_of_one_conversation_stay_together(store: Store) -> None:
    where = [recording(store, number) for number in range(20)]
    numbers = [reference(store, one, sentence(one), 0.0, 4.0) for one in where]
    values = {"started_at": "", "level": "A2", "scenario": "", "recogniser": "", "tutor": "", "voice": ""}
    for place, number in enumerate(numbers):
        if place % 5 == 0:
            session = store.insert("sessions", **values)
        turn = {
            "role": "learner",
            "text": "",
            "origin": "spoken",
            "status": "heard",
            "created_at": "",
        }
        store.insert("turns", session_id=session, position=place, segment_id=number, revision=1, **turn)
    assign(store)
    assert len(set(blocks(store).values())) == 4
    assert all(len(held) == 1 for held in splits_of(store, "block").values())


def test_what_resembles_the_test_is_kept_out_and_says_why(store: Store) -> None:
    tested = corrected(store, recording(store, 1), ["¿Dónde está la estación de tren?"])
    set_split(store, tested, "test")
    others = corrected(
        store, recording(store, 2), ["Dónde está la estación de trenes", "Quiero un vaso de agua, por favor."]
    )
    done = assign(store, (1, 0, 0))
    assert splits(store) == {tested[0]: "test", others[0]: "out", others[1]: "train"}
    [out] = done.kept_out
    assert out.segment == others[0]
    assert out.reason == f"It says nearly the same as segment {tested[0]} of the test."
    # Corrected to something else, it is no leak any more.
    correct(store, others[0], "No, la estación está muy lejos de aquí")
    assert assign(store, (1, 0, 0)).moved == 1
    assert splits(store)[others[0]] == "train"


def test_what_shares_a_recording_with_the_test_can_neither_train_nor_join_it(store: Store) -> None:
    numbers = corrected(store, recording(store, 1), [sentence(1), sentence(2), sentence(3)])
    set_split(store, numbers[:1], "test")
    set_split(store, numbers[1:2], "train")
    for _ in range(2):
        done = assign(store)
        assert [splits(store)[number] for number in numbers] == ["test", "out", "test"]
        assert done.kept_out[0].reason == "Its block, recording 1, is in the test."


def test_sentences_that_many_read_are_rather_trained_on_than_tested(store: Store) -> None:
    for number in range(20):
        where = recording(store, number)
        read = [f"Esta frase la leen todos los días {word}" for word in ("aquí", "allí")]
        corrected(store, where, read if number < 12 else [sentence(number), sentence(100 + number)])
    done = assign(store)
    assert done.kept_out == ()
    assert done.splits["train"].segments == 32


def test_one_can_look_before_dividing(store: Store) -> None:
    for number in range(9):
        reference(store, recording(store, number), sentence(number), 0.0, 4.0)
    would = assign(store, pretend=True)
    assert set(splits(store).values()) == {""}
    assert blocks(store) == {}
    assert assign(store) == would


def test_a_block_somebody_named_is_kept(store: Store) -> None:
    where = [recording(store, number) for number in range(6)]
    for one in where:
        reference(store, one, sentence(one), 0.0, 4.0)
    set_blocks(store, {where[0]: "clase del lunes", where[5]: "clase del lunes"})
    assign(store, (1, 1, 1))
    assert len(splits_of(store, "block")["clase del lunes"]) == 1
    assert set(splits(store).values()) == set(USED)


def test_few_blocks_fill_the_training_first_then_the_test(store: Store) -> None:
    reference(store, recording(store, 1), sentence(1), 0.0, 9.0)
    assert assign(store).splits["train"].segments == 1
    reference(store, recording(store, 2), sentence(2), 0.0, 4.0)
    assert assign(store).splits["test"].segments == 1
    reference(store, recording(store, 3), sentence(3), 0.0, 4.0)
    assert assign(store).splits["dev"].segments == 1


@pytest.mark.parametrize(
    "shares", [(1, 2), (0, 1, 1), (-1, 1, 1), (float("nan"), 1, 1), (1, 1, 1, 1), (1e308,) * 3]
)
def test_shares_that_are_none_change_nothing(store: Store, shares: tuple[float, ...]) -> None:
    number = reference(store, recording(store, 1), sentence(1), 0.0, 4.0)
    with pytest.raises(StoreError, match="80,10,10"):
        assign(store, shares)
    assert splits(store)[number] == ""


batch = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(["", "Ana", "Eva", "Leo", "Ivo"]), st.integers(0, 25), st.integers(1, 9)
    ),
    min_size=1,
    max_size=12,
)
"""Segments: recording, speaker, sentence, seconds."""


@given(st.lists(batch, min_size=1, max_size=3), st.integers(0, 3))
@examples(30)
def test_however_data_comes_nothing_leaks_and_the_test_only_grows(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[tuple[int, str, int, int]]],
    seed: int,
) -> None:
    with Store.open(tmp_path_factory.mktemp("data")) as store:
        recordings = [recording(store, number) for number in range(8)]
        tested: set[int] = set()
        start = 0.0
        for new in batches:
            with store.transaction():
                for where, speaker, text, seconds in new:
                    reference(store, recordings[where], sentence(text), start, seconds, speaker)
                    start += seconds
            done = assign(store, (60, 20, 20), seed)
            now = splits(store)
            assert tested <= {number for number, split in now.items() if split == "test"}
            tested = {number for number, split in now.items() if split == "test"}
            assert set(now.values()) <= {*USED, "out"}
            assert leaks(store) == []
            assert all(len(held) == 1 for held in splits_of(store, "recording_id").values())
            assert all(len(held) == 1 for held in splits_of(store, "block").values())
            assert {one.segment for one in done.kept_out} == {n for n, split in now.items() if split == "out"}
            assert assign(store, (60, 20, 20), seed).moved == 0
