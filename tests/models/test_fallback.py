"""What goes astray is heard again, the same audio always gives the same text, and no loop comes through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.whisper.decoding import Decoded
from models.whisper.fallback import DOUBTED, settled
from models.whisper.ghosts import WindowEvidence
from models.whisper.repetition import repeated

LOOP = "Mira, " + "mira, " * 12


def decoded(text: str, log_probability: float, ended: bool = True, no_speech: float = 0.01) -> Decoded:
    """A decoding with a token for each letter."""
    evidence = WindowEvidence(text, no_speech, log_probability, 5.0)
    return Decoded("window", [ord(letter) for letter in text], evidence, [(text, log_probability)], ended)


@dataclass
class Script:
    """A decoder that says what it was told to, one after the other."""

    says: Sequence[Decoded]
    asked: list[tuple[Any, dict[str, int]]] = field(default_factory=list)

    def decode(self, encoded: Any, seconds: float, speech_seconds: float | None, **options: int) -> Decoded:
        self.asked.append((encoded, options))
        return self.says[len(self.asked) - 1]

    def shortened(self, one: Decoded, letters: int) -> Decoded:
        return decoded(one.evidence.text[:letters], one.evidence.log_probability)


def heard(script: Script, in_full: Callable[[], Any] | None = lambda: "full") -> tuple[str, float]:
    found, most = settled(script, "short", 3.0, None, in_full)  # type: ignore[arg-type]
    return found.evidence.text, most


def test_what_is_believed_is_decoded_once() -> None:
    script = Script([decoded("Hola, ¿qué tal?", -0.3)])
    assert heard(script) == ("Hola, ¿qué tal?", 1.0)
    assert script.asked == [("short", {})]


def test_a_loop_is_decoded_again_without_repeating_itself() -> None:
    script = Script([decoded(LOOP, -0.6), decoded("Mi agua duerme.", -0.9)])
    assert heard(script) == ("Mi agua duerme.", 1.0)
    assert script.asked == [("short", {}), ("short", {"no_repeat_ngram_size": 3})]


def test_what_finds_no_end_is_a_loop_whatever_it_says() -> None:
    script = Script([decoded("Hola, me llamo Ana y", -0.2, ended=False), decoded("Hola, me llamo Ana.", -0.3)])
    assert heard(script) == ("Hola, me llamo Ana.", 1.0)


def test_what_is_hardly_believed_is_heard_in_a_full_window_and_the_likelier_is_taken() -> None:
    better = Script([decoded("Un gramo de pino.", -1.3), decoded("Una guirnalda de pino.", -0.8)])
    assert heard(better) == ("Una guirnalda de pino.", 1.0)
    assert better.asked == [("short", {}), ("full", {})]
    worse = Script([decoded("Un gramo de pino.", -1.3), decoded("Lino de un gamo.", -1.4)])
    assert heard(worse) == ("Un gramo de pino.", 1.0)


def test_without_a_wider_window_the_first_text_stands() -> None:
    script = Script([decoded("Un gramo de pino.", -1.3)])
    assert heard(script, None) == ("Un gramo de pino.", 1.0)


def test_a_sentence_said_twice_in_no_time_is_a_loop_and_a_person_may_say_it_twice() -> None:
    twice = "Las hojas de acebo son brillantes. Las hojas de acebo son brillantes."
    for speech, says in ((2.0, "Las hojas de acebo son brillantes."), (6.0, twice)):
        evidence = WindowEvidence(twice, 0.01, -0.35, speech)
        first = Decoded("window", [], evidence, [(twice, -3.0)], True)
        assert heard(Script([first, decoded("Las hojas de acebo son brillantes.", -0.5)]))[0] == says


def test_silence_is_not_heard_again() -> None:
    script = Script([decoded("Gracias.", -1.5, no_speech=0.9)])
    assert heard(script) == ("Gracias.", 1.0)


def test_where_everything_loops_its_first_round_is_left_and_doubtful() -> None:
    loops = [decoded(f"Oye, {LOOP}", -0.6), *(decoded(LOOP, -0.6) for _ in range(3))]
    text, most = heard(Script(loops))
    assert most == DOUBTED
    assert text == "Oye, Mira, "


def test_a_person_who_repeats_herself_is_believed() -> None:
    chant = "No, " + "no, " * 13
    script = Script([decoded(chant, -0.2)])
    assert heard(script) == (chant, 1.0)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (LOOP, "Mira, "),
        ("Fue ok" + "é" * 20, "é"),
        ("¿Qué hame? " * 8, "Qué hame? ¿"),
        ("y a ti, ti, ti, ti, ti, ti, ti.", "ti, "),
        ("Que a ver, y a ver, y a ver, y a ver por aquí.", "a ver, y "),
    ],
)
def test_a_loop_is_found_with_its_first_round(text: str, first: str) -> None:
    found = repeated(text)
    assert found is not None and text[slice(*found)] == first


@pytest.mark.parametrize(
    "text",
    [
        "No, no, no, no.",
        "Muchas gracias, muchas gracias.",
        "Muy bien, muy bien, muy bien.",
        "Ja, ja, ja, ja.",
        "Espera …………",
        "Hola, ¿qué tal?",
        "",
        "1111",
    ],
)
def test_what_people_say_is_no_loop(text: str) -> None:
    assert repeated(text) is None


@given(st.text(alphabet="ab ,", max_size=200))
def test_a_repetition_lies_within_its_text(text: str) -> None:
    if (found := repeated(text)) is not None:
        start, end = found
        assert 0 <= start < end <= len(text)
        once = text[start:end]
        assert text[start:].lower().startswith(once.lower() * (3 if " " in once.strip() else 6))
