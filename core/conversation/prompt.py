"""What the tutor model is given, as messages: append-only, and the same bytes first, so that its cache stays
good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.conversation.scenario import Scenario
from models.tutor.llama import Message
from models.tutor.prompt import LEVELS, OPENING, feedback_request, system_prompt


class PastTurn(Protocol):
    """A turn there is already: the store's turns are such."""

    @property
    def role(self) -> str:
        """learner or tutor"""
        ...

    @property
    def text(self) -> str: ...


def conversation(scene: Scenario, level: str, history: Sequence[PastTurn] = ()) -> list[Message]:
    """The messages at the beginning of a session, or where it goes on; append to them turn by turn.

    Args:
        scene: what is talked about.
        level: CEFR level of the learner; one that is unknown is taken for A2.
        history: earlier turns; those without text (not yet recognised, lost) are left out.
    """
    messages = [
        Message("system", system_prompt(level if level in LEVELS else "A2", scene.topic)),
        Message("user", OPENING),
    ]
    roles = {"learner": "user", "tutor": "assistant"}
    return messages + [Message(roles[turn.role], turn.text) for turn in history if turn.text]


def about(messages: Sequence[Message], said: str) -> list[Message]:
    """The messages that ask for notes on one sentence of the learner.

    They share their beginning with the conversation.  Whatever the learner said since the tutor's last turn is left
    out: the request quotes it.
    """
    kept = list(messages)
    while kept and kept[-1].role == "user":
        kept.pop()
    return [*kept, Message("user", feedback_request(said))]
