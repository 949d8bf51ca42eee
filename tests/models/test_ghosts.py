"""Ghosts are laid, learners are not silenced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.whisper.ghosts import WindowEvidence, without
from models.whisper.heard import Word

GHOSTLY = ["hola", "gracias", "por", "ver", "el", "video", "suscríbete", "al", "canal", "Amara.org", "sí"]


def words(text: str) -> list[Word]:
    return [Word(word, float(i), i + 0.5, 0.8) for i, word in enumerate(text.split())]


def kept(text: str, no_speech: float = 0.01, log_probability: float = -0.2, speech: float | None = 5.0) -> str:
    evidence = WindowEvidence(text, no_speech, log_probability, speech)
    return " ".join(word.text for word in without(words(text), evidence))


@pytest.mark.parametrize(
    "ghost",
    [
        "Subtítulos realizados por la comunidad de Amara.org",
        "¡Suscríbete al canal!",
        "Gracias por ver el video.",
        "¡Suscríbete! ¡Gracias por ver el vídeo!",
    ],
)
@pytest.mark.parametrize("doubt", [{"no_speech": 0.5}, {"log_probability": -0.9}, {"speech": 0.1}])
def test_subtitles_on_noise_are_not_words(ghost: str, doubt: dict[str, float]) -> None:
    assert kept(ghost, **doubt) == ""


def test_a_ghost_behind_a_real_sentence_goes_and_the_sentence_stays() -> None:
    said = "Hola, me llamo Ana."
    assert kept(f"{said} Subtítulos realizados por la comunidad de Amara.org", log_probability=-0.8) == said
    assert kept(f"¡Suscríbete al canal! {said} Gracias por ver el video", no_speech=0.4) == said


@pytest.mark.parametrize("said", ["Gracias.", "Gracias por ver el video.", "Adiós, hasta luego.", "¡Suscríbete!"])
def test_a_learner_heard_clearly_may_say_anything(said: str) -> None:
    assert kept(said, speech=3.0) == said


@pytest.mark.parametrize("said", ["Gracias.", "Muchas gracias a todos.", "Hasta luego.", "Sí.", "No sé."])
@pytest.mark.parametrize("doubt", [{"no_speech": 0.9}, {"log_probability": -1.5}, {"speech": 0.0}])
def test_one_doubt_is_not_enough_against_plain_words(said: str, doubt: dict[str, float]) -> None:
    assert kept(said, **doubt) == said


def test_what_whisper_itself_calls_silence_is_silence() -> None:
    assert kept("Gracias.", no_speech=0.9, log_probability=-1.2) == ""


def test_a_loop_in_doubt_is_dropped_and_a_repeating_learner_is_not() -> None:
    assert kept("que me gusta " * 20, log_probability=-0.9) == ""
    assert kept("que me gusta " * 20, speech=2.0) == ""
    chant = " ".join(["no"] * 14)
    assert kept(chant, speech=6.0) == chant
    assert kept("No, no, no, no.", log_probability=-1.2) == "No, no, no, no."


@given(
    st.lists(st.sampled_from(GHOSTLY), max_size=12),
    st.floats(0, 1),
    st.floats(-3, 0),
    st.none() | st.floats(0, 30),
)
def test_whatever_is_kept_was_heard_in_that_order(
    heard: list[str], no_speech: float, log_probability: float, speech: float | None
) -> None:
    said = words(" ".join(heard))
    left = without(said, WindowEvidence(" ".join(heard), no_speech, log_probability, speech))
    start = said.index(left[0]) if left else 0
    assert left == said[start : start + len(left)]
