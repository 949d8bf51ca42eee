"""The tutor's side of a turn where the recogniser was unsure, the learner in distress, the tutor at a loss, or
the app closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.conversation import distress, feedback, scenario
from core.engine.answering import ASK_AGAIN, Answering, LearnerTurn
from core.engine.loading import EngineParts
from core.engine.protocol import Event, Feedback, ReplyText, Timings, Warning
from core.engine.speaking import SpeechOutput
from models.device import Device
from models.errors import ModelError
from models.tutor.llama import Message
from models.whisper.heard import Hypothesis, Word
from store import sessions
from store.database import Store


class Teacher:
    """A tutor whose words the test chooses, and which remembers what it was asked."""

    name = "teacher"
    guided = False

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.asked: list[list[Message]] = []

    def chat(self, messages: Sequence[Message], max_tokens: int = 160) -> Iterator[str]:
        self.asked.append(list(messages))
        yield from self.pieces

    def structured(
        self, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int = 256
    ) -> dict[str, Any]:
        return {}


class Talk:
    """A session with such a tutor, in a real database."""

    def __init__(self, folder: Path, teacher: Teacher) -> None:
        self.events: list[Event] = []
        self.on_event: Callable[[], None] = lambda: None
        self.store = Store.open(folder)
        self.session = sessions.start_session(self.store, "A2", "conocerse", "ear", "teacher", "")
        self.closing = threading.Event()
        nobody: Any = None
        self.answering = Answering(
            self.store,
            EngineParts(nobody, teacher, None, nobody, Device("cpu", 1, "test"), None, None),
            SpeechOutput(self.hear, lambda speaking: None),
            self.hear,
            self.closing,
            None,
            scenario.load("conocerse"),
            "A2",
            self.session,
            [],
        )

    def hear(self, event: Event) -> None:
        self.events.append(event)
        self.on_event()

    def say(self, text: str, *probabilities: float) -> int:
        """A turn; spoken when there is a probability for each of its words. Its number."""
        turn = sessions.add_turn(self.store, self.session, "learner", text, "typed")
        words = tuple(Word(word, 0.0, 1.0, p) for word, p in zip(text.split(), probabilities, strict=False))
        heard = Hypothesis(text, words, 1.0, 0.1, "ear") if probabilities else None
        self.answering.answer(LearnerTurn(turn, text, heard, time.monotonic(), {}))
        return turn

    def last(self, kind: type[Any]) -> Any:
        return [event for event in self.events if isinstance(event, kind)][-1]

    def rows(self) -> list[tuple[str, str, str]]:
        return [(turn.role, turn.text, turn.status) for turn in sessions.turns(self.store, self.session)]


FUI = {"said": "fue", "better": "fui", "why": "yo → fui"}


@pytest.fixture(autouse=True)
def vouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever contains "yo fue" is noted; which notes to trust is tested where they are vouched for."""

    def notes(tutor: Teacher, conversation: Sequence[Message], said: str) -> list[feedback.Note]:
        return [feedback.Note(**FUI)] if "yo fue" in said else []

    monkeypatch.setattr(feedback, "notes", notes)


def test_a_mistake_that_was_heard_clearly_is_noted(tmp_path: Path) -> None:
    talk = Talk(tmp_path, Teacher("¡Qué bien!"))
    turn = talk.say("Ayer yo fue al mercado.", 0.9, 0.9, 0.8, 0.9, 0.9)
    assert talk.last(Feedback).notes == [FUI]
    assert talk.last(Timings).turn == turn


def test_a_mistake_that_may_be_the_recognisers_own_is_passed_over(tmp_path: Path) -> None:
    talk = Talk(tmp_path, Teacher("¡Qué bien!"))
    talk.say("Ayer yo fue al mercado.", 0.9, 0.9, 0.4, 0.9, 0.9)
    assert talk.last(Feedback).notes == []


def test_a_typed_mistake_is_always_noted(tmp_path: Path) -> None:
    talk = Talk(tmp_path, Teacher("¡Qué bien!"))
    talk.say("Ayer yo fue al mercado.")
    assert talk.last(Feedback).notes == [FUI]


def test_what_was_hardly_understood_is_asked_again_and_not_corrected(tmp_path: Path) -> None:
    teacher = Teacher("¡Ah!")
    talk = Talk(tmp_path, teacher)
    talk.say("Guanen gauen llegued.", 0.4, 0.5, 0.6)
    assert talk.last(ReplyText).text == ASK_AGAIN
    assert talk.last(ReplyText).final
    assert teacher.asked == []
    assert not [event for event in talk.events if isinstance(event, Feedback)]
    talk.say("Me llamo Ana.", 0.9, 0.9, 0.9)
    assert [message.text for message in teacher.asked[0] if message.role == "user"][-1] == "Me llamo Ana."
    assert "Guanen" not in str(teacher.asked[0])  # a guess must not steer the tutor


def test_the_conversation_only_grows_so_that_the_models_cache_stays_good(tmp_path: Path) -> None:
    teacher = Teacher("¿De dónde ", "eres?")
    talk = Talk(tmp_path, teacher)
    talk.answering.greet()
    talk.say("Hola.")
    talk.say("Soy de Chile.")
    first, second, third = teacher.asked
    assert second[: len(first)] == first
    assert third[: len(second)] == second
    assert [message.role for message in third[-3:]] == ["user", "assistant", "user"]


class Broken(Teacher):
    """A tutor that cannot answer anything."""

    def chat(self, messages: Sequence[Message], max_tokens: int = 160) -> Iterator[str]:
        raise ModelError("The tutor is broken: install it again.")


@pytest.mark.parametrize("teacher", [Teacher("¡Qué buen plan!"), Broken()])
@pytest.mark.parametrize("probabilities", [(), (0.9, 0.9, 0.9, 0.9), (0.5, 0.3, 0.4, 0.2)])
def test_distress_is_answered_without_the_tutor_and_not_corrected(
    tmp_path: Path, teacher: Teacher, probabilities: tuple[float, ...]
) -> None:
    talk = Talk(tmp_path, teacher)
    teacher.asked.clear()
    turn = talk.say("yo fue quiero morir", *probabilities)
    humane = distress.answer("yo fue quiero morir")
    assert teacher.asked == []
    assert talk.last(ReplyText) == ReplyText(talk.last(ReplyText).turn, humane, True, [])
    assert talk.last(Timings).turn == turn
    assert not [event for event in talk.events if isinstance(event, Feedback | Warning)]
    assert talk.rows() == [("learner", "yo fue quiero morir", "answered"), ("tutor", humane, "answered")]


def test_after_distress_the_conversation_goes_on_and_the_tutor_knows(tmp_path: Path) -> None:
    teacher = Teacher("¿De dónde eres?")
    talk = Talk(tmp_path, teacher)
    talk.say("Me quiero morir.")
    talk.say("Ayer yo fue al mercado.")
    [messages] = teacher.asked
    assert [message.text for message in messages[-3:]] == [
        "Me quiero morir.",
        distress.answer("Me quiero morir."),
        "Ayer yo fue al mercado.",
    ]
    assert talk.last(ReplyText).text == "¿De dónde eres?"
    assert talk.last(ReplyText).suggestions
    assert talk.last(Feedback).notes == [FUI]


@pytest.mark.parametrize("pieces", [(), (" ", "\x07")])
def test_a_tutor_without_an_answer_is_not_taken_to_have_answered(tmp_path: Path, pieces: tuple[str, ...]) -> None:
    teacher = Teacher(*pieces)
    talk = Talk(tmp_path, teacher)
    with pytest.raises(ModelError):
        talk.say("Hola.")
    assert all(status != "answered" for _, _, status in talk.rows())
    teacher.pieces = ("Hola.",)
    talk.say("¿Hola?")
    assert [m.text for m in teacher.asked[-1] if m.role == "user"][-1] == "¿Hola?"
    assert talk.rows()[-1] == ("tutor", "Hola.", "answered")


def test_closing_in_the_middle_of_a_reply_stops_it(tmp_path: Path) -> None:
    talk = Talk(tmp_path, Teacher("uno ", "dos ", "tres"))
    talk.on_event = talk.closing.set
    talk.say("Hola.")
    assert talk.rows() == [("learner", "Hola.", "heard"), ("tutor", "", "lost")]
