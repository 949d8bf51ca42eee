"""What is in the dataset twice is found among very many, and nothing that is only a little alike."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dataset import near_duplicates, same_sounds
from core.dataset.fingerprint import fingerprint
from core.dataset.groups import joined
from core.dataset.leaks import Duplicate, Leak, duplicates, leaks
from models.evaluation.scoring import normalise
from store.database import Store
from tests.core.review.desk_makings import corrected, heard, recording


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


def put(store: Store, segments: Sequence[int], split: str) -> None:
    for number in segments:
        store.execute("UPDATE segments SET split = ? WHERE id = ?", (split, number))


def speech(seed: int, seconds: float = 2.0) -> np.ndarray:
    """Noise that changes its colour and level ten times a second, as speech does."""
    noise = np.random.default_rng(seed)
    pieces = []
    for _ in range(int(10 * seconds)):
        tone = np.sin(np.arange(1600) * noise.uniform(0.1, 1.2)) + 0.3 * noise.normal(0, 1, 1600)
        pieces.append(noise.uniform(0.05, 0.4) * tone)
    return np.concatenate(pieces).astype(np.float32)


def test_a_sentence_that_was_trained_on_is_found_in_the_test(store: Store) -> None:
    where = recording(store, 1)
    trained = corrected(
        store,
        where,
        [
            "¿Cuánto cuesta esta camiseta azul?",
            "Ayer fui al mercado con mi hermana y compré pan.",
            "No sé",
            "Los domingos desayunamos churros.",
        ],
    )
    tested = corrected(
        store,
        recording(store, 2),
        [
            "Cuánto cuesta esta camiseta azul",
            "Ayer fui al mercado con mi hermano y compré pan.",
            "No sé.",
            "Los lunes desayunamos poco.",
        ],
    )
    put(store, trained, "train")
    put(store, tested, "test")
    found = leaks(store)
    assert found == [
        Leak("text", trained[0], tested[0], 1.0),
        Leak("text", trained[1], tested[1], 0.9),
    ]
    put(store, trained[:1], "out")
    put(store, trained[1:2], "dev")
    assert [leak.train_segment for leak in leaks(store)] == [trained[1]]


def test_the_same_sound_is_found_whatever_is_written_under_it(store: Store) -> None:
    where = recording(store, 1)
    numbers = [heard(store, where, text, start=4.0 * place) for place, text in enumerate(["uno", "dos", "tres"])]
    for number, audio in zip(numbers, (speech(1), speech(2), 0.3 * speech(1)[300:]), strict=True):
        store.execute("UPDATE segments SET fingerprint = ? WHERE id = ?", (fingerprint(audio), number))
    put(store, numbers[:2], "train")
    put(store, numbers[2:], "test")
    [leak] = leaks(store)
    assert (leak.kind, leak.train_segment, leak.test_segment) == ("audio", numbers[0], numbers[2])
    assert same_sounds.SAME < leak.likeness <= 1
    assert duplicates(store) == [Duplicate("audio", (numbers[0], numbers[2]))]


def test_what_was_collected_twice_is_listed_once(store: Store) -> None:
    where = recording(store, 1)
    said = [
        "¿A qué hora sale el tren?",
        "Sí, claro.",
        "A qué hora sale el tren",
        "Sí, claro.",
        "Otra cosa muy distinta",
    ]
    numbers = corrected(store, where, said)
    assert duplicates(store) == [Duplicate("text", (numbers[0], numbers[2]))]


words = st.lists(st.sampled_from(list("abcdefg")), max_size=14).map(tuple)


@given(st.lists(words, max_size=12), st.lists(words, max_size=12), st.randoms(use_true_random=False))
def test_no_near_duplicate_is_missed_and_none_invented(
    texts: list[tuple[str, ...]], others: list[tuple[str, ...]], chance: random.Random
) -> None:
    for text in list(texts):  # some that are nearly the same
        edited = [word if chance.random() < 0.85 else "z" for word in text]
        others.append(tuple(edited[: chance.randint(0, len(edited) + 3)]))
    expected = {}
    for index, text in enumerate(texts):
        best = max(
            (
                (near_duplicates.likeness(text, other), -place)
                for place, other in enumerate(others)
                if len(text) >= near_duplicates.LEAST_WORDS and len(other) >= near_duplicates.LEAST_WORDS
            ),
            default=(0.0, 0),
        )
        if best[0] >= near_duplicates.NEAR:
            expected[index] = (-best[1], best[0])
    assert near_duplicates.nearest(texts, others) == expected


@given(st.text(max_size=60))
def test_texts_are_compared_as_the_scoring_compares_them(text: str) -> None:
    plain = normalise(text)
    if not any(char for char in plain if not (char.isalnum() or char == " ")):  # marks that compose with nothing
        assert " ".join(near_duplicates.words(normalise(text))) == plain


def test_a_sound_with_some_wrong_bits_is_found_among_ten_thousand() -> None:
    random = np.random.default_rng(0)
    prints = random.integers(0, 256, (10_000, 64), dtype=np.uint8)
    flipped = np.packbits(random.random((200, 512)) < 0.07, axis=1)
    others = np.bitwise_xor(prints[:200], flipped)
    found = same_sounds.nearest([one.tobytes() for one in others], [None, b"", *(one.tobytes() for one in prints)])
    right = sum(found.get(number, (0, 0.0))[0] == number + 2 for number in range(200))
    assert right >= 198
    assert (
        same_sounds.nearest([one.tobytes() for one in prints[:100]], [one.tobytes() for one in prints[100:]]) == {}
    )


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30))
def test_groups_hold_what_pairs_lead_to(pairs: list[tuple[int, int]]) -> None:
    groups = joined(pairs)
    place = {one: number for number, group in enumerate(groups) for one in group}
    assert sorted(place) == sorted({one for pair in pairs for one in pair})
    assert all(place[one] == place[other] for one, other in pairs)
    assert sum(len(group) - 1 for group in groups) <= len(pairs)
