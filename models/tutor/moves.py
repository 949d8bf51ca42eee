"""What a guided tutor may say.

A model of two million weights cannot be trusted to write Spanish freely.  Such a model carries, in its own file,
every reply it may give: reactions, and questions with slots.  Here those are cut down to what fits this moment
(the topic of the prompt, slots filled only with words the learner just said, nothing asked twice) and turned into a
grammar.  The model still chooses what to say; it can only not say anything wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Topic:
    """What may be said in one topic. Texts may hold a slot in braces: "¿Qué hiciste en {city}?"."""

    greeting: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moves:
    """Everything a guided tutor may say.

    topics: the topic as it stands in the system prompt → what belongs to it.
    reactions: what may come before a question, in any topic.
    slots: slot → the words heard → the words to say: {"city": {"sevilla": "Sevilla"}}.
    sad: words that may speak of something sad; whoever says one is not to hear "¡Qué bien!".
    gentle: the reactions that are fit for that.
    """

    topics: dict[str, Topic]
    reactions: tuple[str, ...]
    slots: dict[str, dict[str, str]]
    sad: tuple[str, ...] = ()
    gentle: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, text: str) -> Moves:
        """Read what to_json wrote. Raises ValueError when it is not that."""
        try:
            body = json.loads(text)
            topics = {about: Topic(t["greeting"], tuple(t["questions"])) for about, t in body["topics"].items()}
            sad, gentle = tuple(body.get("sad", ())), tuple(body.get("gentle", ()))
            return cls(topics, tuple(body["reactions"]), dict(body["slots"]), sad, gentle)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not the moves of a guided tutor: {error}") from error

    def to_json(self) -> str:
        """One line of JSON, for the model file's metadata."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def heard(self, text: str) -> dict[str, list[str]]:
        """Slot → its fillers for the words in `text`, the longest match first; slots without one are left out."""
        words = f" {plain(text)} "
        found: dict[str, list[str]] = {}
        for slot, fillers in self.slots.items():
            hits = sorted((w for w in fillers if f" {w} " in words), key=len, reverse=True)
            if hits:
                found[slot] = list(dict.fromkeys(fillers[w] for w in hits))[:3]
        return found

    def replies(self, prompt: str, learner: str, before: Sequence[str]) -> tuple[list[str], list[str]]:
        """(reactions, questions) for this moment.

        A question once asked is not asked again, unless all have been; neither are the last two reactions repeated.
        A prompt about none of the topics, somebody's own scenario, leaves them all open.

        Args:
            prompt: the system prompt.
            learner: what the learner just said.
            before: the tutor's earlier turns.
        """
        fillers = self.heard(learner)
        topics = [t for about, t in self.topics.items() if about in prompt] or list(self.topics.values())
        texts = list(dict.fromkeys(q for t in topics for q in t.questions))
        said, recent = " ".join(before), " ".join(before[-2:])
        questions = [q for q in _filled(texts, fillers) if q not in said] or list(_filled(texts, {}))
        if not before:
            return [t.greeting for t in topics], questions
        sad = not set(self.sad).isdisjoint(plain(learner).split())
        reactions = list(_filled(self.gentle if sad else self.reactions, fillers))
        return [r for r in reactions if r not in recent], questions

    def grammar(self, prompt: str, learner: str, before: Sequence[str]) -> str:
        """The replies of this moment as a GBNF grammar."""
        reactions, questions = self.replies(prompt, learner, before)
        lines = ["root ::= question", f"question ::= {_choice(questions)}"]
        if reactions:
            opening = '(reaction " ")?' if before else 'reaction " "'
            lines = [f"root ::= {opening} question", lines[1], f"reaction ::= {_choice(reactions)}"]
        return "\n".join(lines)


def plain(text: str) -> str:
    """Lower case, words only, one space between: what slots are looked up in."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _choice(texts: Iterable[str]) -> str:
    return " | ".join(json.dumps(t, ensure_ascii=False) for t in texts)


def _filled(texts: Iterable[str], fillers: dict[str, list[str]]) -> Iterable[str]:
    for text in texts:
        slot = _SLOT.search(text)
        if slot is None:
            yield text
        else:
            for words in fillers.get(slot[1], ()):
                yield text.replace(slot[0], words)
