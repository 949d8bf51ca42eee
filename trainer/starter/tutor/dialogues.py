"""Conversations for the starter tutor to learn from: what to say next, and what to note.

A conversation is a system prompt and branches that begin right after it.  A talk branch is turns of the learner and
replies by a simple rule: react to what was said, then follow up on a word of it or ask the topic's next question.
A note branch asks for feedback on one sentence, whose slips are known because it was written with them.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from functools import lru_cache

from models.tutor.moves import plain
from models.tutor.prompt import LEVELS, OPENING, feedback_request, system_prompt
from trainer.starter.tutor.mistakes import SlipNote, verb_phrases
from trainer.starter.tutor.said import (
    WRITERS,
    LabelledSentence,
    answer,
    drafted,
    fill,
    joined,
    outside_lines,
    right_sentence,
    spoken,
)
from trainer.starter.tutor.slots import moves, script
from trainer.synthesis.conjugation import conjugate, participle

Turns = list[tuple[str, str]]
"""(role, text) after the system prompt; the model learns the assistant's."""

_SAD = re.compile(
    r"\b(murió|muerto|perdí|perdido|enferm\w+|triste|dolor|duelen?|accidente|resfriad\w+|mal|divorci\w+|cansad\w+|problemas?|"
    r"preocupad\w+|fiebre|solo|peor|robaron|estresad\w+)\b"
)
_GLAD = re.compile(
    r"\b(gustan?|encantan?|content\w+|feliz|bien|amig\w+|divert\w+|bonit\w+|simpátic\w+|fiesta|vacaciones|rico|mejor)\b"
)
_FUTURE = re.compile(
    r"\b(voy a|vamos a|va a|van a|(?<!la )mañana|quiero|quisiera|gustaría|próxim\w+|pienso|tengo que|que viene)\b"
)


@lru_cache
def _past() -> frozenset[str]:
    verbs = {v.removesuffix("se") for v, _ in verb_phrases()}
    return frozenset(conjugate(v, "pret")[p] for v in verbs for p in (0, 2, 3, 5)) | {participle(v) for v in verbs}


def tense_of(text: str) -> str:
    """pres, past or future: what the learner is talking about, as far as the words show it."""
    words = plain(text).split()
    if _FUTURE.search(text) and not {"ayer", "anoche", "pasado", "pasada"} & set(words):
        return "future"
    return "past" if any(w in _past() or w in ("ayer", "anoche", "pasado", "pasada") for w in words) else "pres"


def reply(
    rng: random.Random, said: LabelledSentence, topic: str, level: int, before: list[str], decided: bool = False
) -> str:
    """The tutor's next turn, from the same choices that the model will have.

    Once `decided` it is the one that suits the level best; before, any that fits, so that all are learned.
    """
    body = script()
    about = body["topics"][topic]
    groups = body["reactions"]
    asked = " ".join(before)
    heard = moves().heard(said.text)
    tense = tense_of(said.text.lower())
    followups = []
    if said.kind == "topic":
        rows = sorted(body["followups"], key=lambda item: -item[3]) if decided else body["followups"]
        for slot, topics, when, rank, text in rows:
            if slot in heard and rank <= level and (topics is None or topic in topics) and when in (tense, "any"):
                followups += [text.replace("{" + slot + "}", filler) for filler in heard[slot][:1]]
    followups = [q for q in followups if q not in asked]
    ranked = sorted(about["questions"], key=lambda item: -item[0]) if decided else about["questions"]
    chance = 0.0 if decided else 0.3
    base = [
        q for rank, q in ranked if rank <= level and q not in asked and (rank >= level - 1 or rng.random() < chance)
    ]
    if said.kind == "help":
        base = [q for rank, q in about["questions"] if rank == 1 and q not in asked] or base
    base = base or [q for _, q in about["questions"] if q not in asked] or [about["questions"][0][1]]
    if decided:
        question = str([*followups, *base][0])
    else:
        question = (
            rng.choice(followups)
            if followups and rng.random() < 0.85
            else base[0]
            if rng.random() < 0.5
            else rng.choice(base)
        )
    if said.kind == "bye":
        question = body["closing"]["questions"][0]
    if said.kind in groups:
        group = groups[said.kind]
    elif said.kind != "topic":
        group = groups["outside"]
    elif "me llamo" in said.text.lower() and "name" in heard:
        group = groups["name"]
    elif _SAD.search(said.text.lower()):
        group = groups["bad"]
    elif topic == "comida" and ("food" in heard or "foods" in heard) and tense != "future":
        group = groups["food"]
    elif not decided and tense == "pres" and "city" in heard and rng.random() < 0.3:
        group = groups["city"]
    else:
        group = groups[
            {
                "past": "past",
                "future": "future",
                "pres": "good" if _GLAD.search(said.text.lower()) else "neutral",
            }[tense]
        ]
    fillers = {slot: words[0] for slot, words in heard.items()}
    recent = " ".join(before[-2:])
    fitting = [r for r in (g.format(**fillers) for g in group) if r not in recent]
    if not fitting:
        return question
    return f"{fitting[0] if decided else rng.choice(fitting)} {question}"


def greeting(rng: random.Random, topic: str, level: int, decided: bool = False) -> str:
    """The first turn: a greeting and a question of the level."""
    about = script()["topics"][topic]
    if decided:
        return f"{about['greeting']} {next(q for rank, q in about['questions'] if rank == level)}"
    questions = [q for rank, q in about["questions"] if rank <= level][: 3 + 3 * level]
    return f"{about['greeting']} {rng.choice(questions)}"


def talk(rng: random.Random, topic: str, level: int, turns: int, decided: bool = False) -> Turns:
    """A branch of conversation: the opening and some turns."""
    first = greeting(rng, topic, level, decided)
    branch: Turns = [("user", OPENING), ("assistant", first)]
    before = [first]
    for _ in range(turns):
        said = answer(rng, topic)
        branch.append(("user", said.text))
        before.append(reply(rng, said, topic, level, before, decided))
        branch.append(("assistant", before[-1]))
    return branch


def notes_json(sentence: str, notes: tuple[SlipNote, ...]) -> str:
    """The answer to a feedback request."""
    shown = [{"said": n.said, "better": n.better, "why": n.why} for n in notes]
    return json.dumps({"sentence": sentence, "notes": shown}, ensure_ascii=False)


def noting(rng: random.Random, topic: str, level: int) -> Turns:
    """A branch that asks for notes on one sentence, with some conversation before it."""
    roll = rng.random()
    if roll < 0.66:
        said = drafted(rng, rng.choices([w for w, _ in WRITERS], [k for _, k in WRITERS])[0], 0.75)
    elif roll < 0.94:
        said = LabelledSentence(spoken(right_sentence(rng), rng), ())
    else:
        said = LabelledSentence(fill(rng.choice(outside_lines())[1], rng), ())
    if rng.random() < 0.2 and len(said.text) < 60:
        said = joined(rng, said)
    branch: Turns = []
    if rng.random() < 0.12:
        first = greeting(rng, topic, level)
        branch = [
            ("user", OPENING),
            ("assistant", first),
            ("user", said.text),
            ("assistant", reply(rng, said, topic, level, [first])),
        ]
        if said.notes and rng.random() < 0.2:
            said = LabelledSentence(said.right, ())
    return [
        *branch,
        ("user" if said.notes else "user-right", feedback_request(said.text)),
        ("assistant-note", notes_json(said.right or said.text, said.notes)),
    ]


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One training row: a system prompt and the branches that follow it."""

    system: str
    branches: tuple[tuple[tuple[str, str], ...], ...]


def row(rng: random.Random, talks: int = 1, notes: int = 12, decided: bool = False) -> TrainingRow:
    """One level and topic, some conversations (see reply for `decided`) and some requests for notes."""
    topic = rng.choice(list(script()["topics"]))
    level = rng.choice(list(LEVELS))
    rank = {"A1": 1, "A2": 2, "B1": 3, "B2": 3}[level]
    branches = [talk(rng, topic, rank, rng.choice((1, 1, 2, 3)), decided) for _ in range(talks)]
    branches += [noting(rng, topic, rank) for _ in range(notes)]
    return TrainingRow(system_prompt(level, script()["topics"][topic]["about"]), tuple(tuple(b) for b in branches))
