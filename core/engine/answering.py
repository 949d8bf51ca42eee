"""The tutor's side of a session: its reply, streamed, spoken and stored, and then its notes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.conversation import distress, feedback, prompt, suggestions
from core.conversation.clauses import ClauseSplitter
from core.conversation.scenario import Scenario
from core.engine.loading import EngineParts
from core.engine.protocol import Event, Feedback, ReplyAudio, ReplyText, Timings, TurnStored, Warning
from core.engine.speaking import SpeechOutput, SpokenReply
from models.errors import ModelError
from models.evaluation.scoring import normalise
from models.tutor.llama import Message
from models.whisper.heard import Hypothesis
from store import sessions
from store.database import Store
from store.errors import StoreError
from store.feedback import add_feedback, add_timings
from store.text import clean

ASK_AGAIN = "Perdona, no te he entendido bien. ¿Puedes repetirlo?"
UNSURE = 0.6
"""Mean probability of the words below which the tutor asks again instead of answering a guess."""
SURE = 0.6
"""Probability that every word of a mistake needs before it is held against the learner."""


@dataclass(frozen=True)
class LearnerTurn:
    """What the learner said."""

    turn: int
    text: str
    hypothesis: Hypothesis | None
    """What it was recognised from; None when it was typed."""
    until: float
    """When the learner had finished (time.monotonic)."""
    timings: dict[str, float]
    """Stages so far, in seconds."""


@dataclass
class Reply:
    """What the tutor says, as far as it has come."""

    utterance: SpokenReply | None
    file: Path | None
    turn: int = 0
    text: str = ""
    first_clause: float = 0.0
    """When the first clause went to the voice (time.monotonic)."""
    timings: dict[str, float] = field(default_factory=dict)


class Answering:
    """One session's tutor.

    Args:
        store, parts, speech, send: of the engine.
        closing: once set, a reply under way is given up.
        out: folder for the replies as WAV files, or None.
        scene: the scenario played.
        level: CEFR level of the learner.
        session: its number.
        history: the turns there are already, where the session goes on.
    """

    def __init__(
        self,
        store: Store,
        parts: EngineParts,
        speech: SpeechOutput,
        send: Callable[[Event], None],
        closing: threading.Event,
        out: Path | None,
        scene: Scenario,
        level: str,
        session: int,
        history: Sequence[sessions.Turn],
    ) -> None:
        self._store = store
        self._parts = parts
        self._speech = speech
        self._send = send
        self._closing = closing
        self._out = out
        self._scene = scene
        self._session = session
        self._messages = prompt.conversation(scene, level, history)
        self._replies = sum(turn.role == "tutor" for turn in history)

    def greet(self) -> None:
        """The tutor speaks first. Raises StoreError, ModelError."""
        reply = self._reply(self._parts.tutor.chat(self._messages))
        if reply:
            self._messages.append(Message("assistant", reply.text))
            self._await_voice(reply)

    def answer(self, learner: LearnerTurn) -> None:
        """Reply to the learner, then note what could be said better. Raises StoreError, ModelError.

        Distress is answered without the tutor, even where it was hardly heard, and is not corrected.
        """
        humane = distress.answer(learner.text)
        understood = humane is not None or learner.hypothesis is None or learner.hypothesis.probability >= UNSURE
        pieces: Iterable[str] = [humane or ASK_AGAIN]
        if understood:
            self._messages.append(Message("user", learner.text))
            if humane is None:
                pieces = self._parts.tutor.chat(self._messages)
        try:
            reply = self._reply(pieces, learner.turn)
        except BaseException:
            if understood:
                self._messages.pop()
            raise
        if reply is None:
            return
        timings = learner.timings | reply.timings
        if understood:
            if humane is None:
                began = time.monotonic()
                try:
                    self._annotate(learner)
                except (StoreError, ModelError) as error:
                    self._send(Warning(str(error)))
                timings["feedback"] = time.monotonic() - began
            self._messages.append(Message("assistant", reply.text))
        first_sound = self._await_voice(reply)
        if first_sound is not None:
            timings["voice"] = first_sound - reply.first_clause
            timings["you_to_voice"] = first_sound - learner.until
        add_timings(self._store, learner.turn, timings)
        self._send(Timings(learner.turn, timings))

    def _reply(self, pieces: Iterable[str], learner_turn: int | None = None) -> Reply | None:
        """Speak and store a reply while it is being written; None where the engine ends meanwhile."""
        began = time.monotonic()
        self._replies += 1
        file = self._out / f"turn-{self._replies:04}.wav" if self._out else None
        reply = Reply(self._speech.begin(file) if self._parts.voice else None, file)
        splitter = ClauseSplitter()
        try:
            for piece in pieces:
                if self._closing.is_set():
                    self._give_up(reply)
                    return None
                if not reply.turn:
                    reply.turn = sessions.add_turn(
                        self._store, self._session, "tutor", "", "generated", status="recorded"
                    )
                    reply.timings["first_token"] = time.monotonic() - began
                reply.text += piece
                self._send(ReplyText(reply.turn, clean(reply.text)))
                self._say(reply, splitter.feed(distress.aloud(piece)), began)
            self._say(reply, splitter.flush(), began)
            reply.text = clean(reply.text)
            if not reply.text:
                raise ModelError("The tutor had no answer", "say it in other words")
            reply.timings["reply"] = time.monotonic() - began
            with self._store.transaction():
                sessions.set_turn_text(self._store, reply.turn, reply.text)
                sessions.set_turn_status(self._store, reply.turn, "answered")
                if learner_turn is not None:
                    sessions.set_turn_status(self._store, learner_turn, "answered")
        except BaseException:
            self._give_up(reply)
            raise
        finally:
            if reply.utterance:
                reply.utterance.end()
        self._send(TurnStored(reply.turn, "tutor", reply.text, "generated"))
        next_replies = [] if distress.is_answer(reply.text) else suggestions.after(self._scene, reply.text)
        self._send(ReplyText(reply.turn, reply.text, True, next_replies))
        return reply

    def _say(self, reply: Reply, clauses: Sequence[str], began: float) -> None:
        """Give clauses to the voice."""
        if not clauses or reply.utterance is None or self._parts.voice is None:
            return
        if not reply.first_clause:
            reply.first_clause = time.monotonic()
            reply.timings["first_clause"] = reply.first_clause - began
        for clause in clauses:
            reply.utterance.say(self._parts.voice.speak(clause), self._parts.voice.sample_rate)

    def _await_voice(self, reply: Reply) -> float | None:
        """Wait until all is synthesised, not until it is heard; when the first sample was handed on."""
        if reply.utterance is None:
            return None
        reply.utterance.synthesised.wait()
        if reply.file and reply.file.exists():
            self._send(ReplyAudio(reply.turn, str(reply.file)))
        return reply.utterance.first_sound

    def _give_up(self, reply: Reply) -> None:
        """What there is of the reply is silenced, and marked."""
        if reply.utterance:
            reply.utterance.hush()
        if reply.turn:
            sessions.set_turn_status(self._store, reply.turn, "lost")

    def _annotate(self, learner: LearnerTurn) -> None:
        """Note what could be said better; a mistake that may be the recogniser's own is passed over."""
        notes = [
            note
            for note in feedback.notes(self._parts.tutor, self._messages, learner.text)
            if learner.hypothesis is None or _sure(learner.hypothesis, note.said)
        ]
        with self._store.transaction():
            for note in notes:
                add_feedback(self._store, learner.turn, note.said, note.better, note.why)
        rows = [{"said": note.said, "better": note.better, "why": note.why} for note in notes]
        self._send(Feedback(learner.turn, rows))


def _sure(hypothesis: Hypothesis, said: str) -> bool:
    """Whether every one of these words was heard clearly, each time it was heard."""
    clear: dict[str, bool] = {}
    for word in hypothesis.words:
        for part in normalise(word.text).split():
            clear[part] = clear.get(part, True) and word.probability >= SURE
    return all(clear.get(part, False) for part in normalise(said).split())
