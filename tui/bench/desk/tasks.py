"""What the scripted annotator of the keystroke bench has to do: sentences, and places in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.review.derived_columns import refresh
from store.audio.folder import AudioFolder
from store.database import Store
from store.segments import table
from store.units import SAMPLE_RATE

SECONDS = 2.0
"""Length of a segment."""
SURE, UNSURE = 0.97, 0.3
"""Probability of a word that is right as far as the recogniser knows, and of one it doubts."""
SENTENCES = (
    "Fui al mercado.",
    "No me gusta nada el café frío.",
    "El sábado fui al mercado con mi hermano.",
    "¿Qué hiciste el fin de semana con tus amigos de la escuela?",
    "Mi abuela vive en un pueblo pequeño, cerca del mar, y la visitamos todos los veranos.",
    "Cuando era niña vivíamos en una casa muy grande que tenía un jardín lleno de flores, y mi padre nos contaba "
    "historias de su tierra todas las noches antes de ir a dormir.",
)
WRONG = "pues"
"""What was heard instead of the word that is wrong."""


@dataclass(frozen=True, slots=True)
class Case:
    """One segment with something to do."""

    said: str
    place: int
    """The word that is wrong, or that begins the second part; counted from 0."""


@dataclass(frozen=True, slots=True)
class DeskTask:
    """One kind of thing a person does at the desk."""

    name: str
    what: str
    cases: tuple[Case, ...]


def places(text: str) -> tuple[int, ...]:
    """Places of words to try in a text: the first, the last, and some in between."""
    last = len(text.split()) - 1
    return tuple(sorted({0, round(last * 0.3), round(last * 0.6), last}))


EVERYWHERE = tuple(Case(text, place) for text in SENTENCES for place in places(text))
INSIDE = tuple(case for case in EVERYWHERE if case.place)
TASKS = (
    DeskTask("accept", "hear a right segment and accept it", tuple(Case(text, 0) for text in SENTENCES)),
    DeskTask("word", "mend a wrong word at a known place", EVERYWHERE),
    DeskTask("doubt", "mend a word that the recogniser doubted", EVERYWHERE),
    DeskTask("alternative", "mend a word that has an alternative", EVERYWHERE),
    DeskTask("split", "cut a segment in two before a word", INSIDE),
    DeskTask("merge", "join a segment with the next", tuple(Case(text, 0) for text in SENTENCES)),
    DeskTask("undo", "take back what was accepted", tuple(Case(text, 0) for text in SENTENCES)),
)
MENDED = ("word", "doubt", "alternative")
"""Tasks in which a word has to be put right."""


def words_away(case: Case) -> int:
    """Words between the nearer end of the text and the place."""
    return min(case.place, len(case.said.split()) - 1 - case.place)


def right_word(case: Case) -> str:
    """The right word, without the punctuation around it."""
    return case.said.split()[case.place].strip("¿?¡!.,")


def fill(folder: Path, task: DeskTask) -> list[int]:
    """A recording with a segment for each case; their numbers. To merge, each has a neighbour of its own."""
    pairs = task.name == "merge"
    cases = [case for case in task.cases for _ in range(1 + pairs)]
    samples = round(SECONDS * SAMPLE_RATE)
    sound = (3000 * np.sin(np.arange(samples * len(cases)) * 0.05)).astype(np.int16)
    with Store.open(folder) as store:
        recording = table.add_recording(store, AudioFolder(folder).put(sound), len(sound), "file", "bench.wav")
        numbers = []
        for at, case in enumerate(cases):
            number = table.add_segment(store, recording, at * samples, (at + 1) * samples, "Luis")
            _hear(store, number, task, case)
            numbers.append(number)
        refresh(store, numbers)
    return numbers[:: 1 + pairs]


def _hear(store: Store, number: int, task: DeskTask, case: Case) -> None:
    """What the recogniser heard."""
    said = case.said.split()
    heard = said.copy()
    if task.name in MENDED:
        heard[case.place] = said[case.place].replace(right_word(case), WRONG)
    each = SECONDS / len(heard)
    timed = [
        {
            "word": text,
            "start": at * each,
            "end": (at + 1) * each,
            "probability": UNSURE if task.name == "doubt" and at == case.place else SURE,
        }
        for at, text in enumerate(heard)
    ]
    others = [(case.place, case.place + 1, said[case.place], 0.4)] if task.name == "alternative" else []
    table.add_hypothesis(store, number, "starter-ear", " ".join(heard), timed, 0.1, others)
