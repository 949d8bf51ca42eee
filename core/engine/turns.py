"""What becomes of a turn: kept, recognised, answered, spoken, annotated; each step stored as it happens.

Everything here runs on the engine's worker thread, one job after the other. Only the voice has a thread
of its own (`speaking`), so that it says the first clause while the tutor writes the next.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.conversation import distress, scenario
from core.dataset import measures
from core.engine.answering import Answering, LearnerTurn
from core.engine.listening import CapturedTurn, Ending
from core.engine.loading import WARM_UP, EngineParts, Model, load
from core.engine.pace import limited, stretch
from core.engine.protocol import (
    Event,
    Heard,
    ModelChanged,
    Ready,
    Recovered,
    Replay,
    SessionStarted,
    StartSession,
    TurnLost,
    TurnStored,
    Warning,
)
from core.engine.speaking import SpeechOutput
from core.review import derived_columns
from core.versions.active import RECOGNISER, is_starter
from models.errors import ModelError
from models.tutor.prompt import LEVELS
from models.whisper.heard import Hypothesis
from store import sessions
from store.audio import recovery
from store.audio.folder import SAMPLE_RATE, AudioFolder
from store.database import Store
from store.errors import StoreError
from store.segments import table
from store.text import clean

log = logging.getLogger(__name__)

NOTHING_HEARD = "No words were heard: come closer to the microphone and say it again, or type it."
NOTHING_IN_FILE = "No words were heard in {}: check that it is the right file, and that its volume was up."
UNREADY = "The engine cannot be made ready, which nobody foresaw: engine.log in the data folder has the details."
CANCELLED = "You cancelled it; the recording is kept."


@dataclass(frozen=True)
class Setup:
    """How an engine was started."""

    data: Path
    sound: bool
    """Whether to use microphone and loudspeaker."""
    out: Path | None
    """Where to write the replies as WAV files."""
    started: float
    """When (time.monotonic)."""
    recogniser: str | None = None
    """The name of the one that is to listen; None for the one in use."""
    voice: str | None = None
    """Likewise of the one that is to speak."""


@dataclass(frozen=True)
class SessionOpen:
    """The session that turns now belong to."""

    session: int
    level: str


@dataclass(frozen=True)
class Unusable:
    """Why the engine cannot go on."""

    reason: str


class Conversation:
    """The jobs of the worker: `prepare` once, then sessions and their turns.

    Args:
        setup: how the engine was started.
        send: takes events.
        post: takes SessionOpen and Unusable.
        speech: speaks.
        closing: once set, what is said is still stored, but not answered.
    """

    parts: EngineParts

    def __init__(
        self,
        setup: Setup,
        send: Callable[[Event], None],
        post: Callable[[SessionOpen | Unusable], None],
        speech: SpeechOutput,
        closing: threading.Event,
    ) -> None:
        self._setup = setup
        self._send = send
        self._post = post
        self._speech = speech
        self._closing = closing
        self._session: int | None = None

    def prepare(self) -> None:
        """Open the store, rescue what a dead engine left, load the models."""
        try:
            self._store = Store.open(self._setup.data)
            self._rescue()
            setup = self._setup
            self.parts = load(setup.data, setup.sound, self._warn, setup.recogniser, setup.voice)
        except (StoreError, ModelError) as error:
            self._post(Unusable(str(error)))
            return
        except Exception:
            log.exception("the engine could not be made ready")
            self._post(Unusable(UNREADY))
            return
        self._speech.loudspeaker = self.parts.loudspeaker is not None
        self._send(
            Ready(
                recogniser=self.parts.recogniser.name,
                tutor=self.parts.tutor.name,
                voice=self.parts.voice.name if self.parts.voice else "",
                device=str(self.parts.device),
                starter=is_starter(RECOGNISER, self.parts.recogniser.name),
                microphone=self.parts.microphone,
                loudspeaker=self.parts.loudspeaker,
                seconds=time.monotonic() - self._setup.started,
            )
        )
        # The rules take a quarter of a second to read, which is over before the learner's first turn.
        threading.Thread(target=distress.answer, args=(WARM_UP,), name="distress", daemon=True).start()

    def start(self, command: StartSession) -> None:
        """Open a session, or go on with one. Raises StoreError or ScenarioError, and nothing changes."""
        if command.level not in LEVELS:
            raise StoreError(f"There is no level {clean(command.level)!r}", f"choose one of {', '.join(LEVELS)}")
        scene = scenario.load(command.scenario)
        if command.session is None:
            number = sessions.start_session(
                self._store,
                command.level,
                scene.name,
                self.parts.recogniser.name,
                self.parts.tutor.name,
                self.parts.voice.name if self.parts.voice else "",
            )
            history = []
        else:
            number = sessions.session(self._store, command.session).id
            sessions.lose_unfinished(self._store, number)
            history = [turn for turn in sessions.turns(self._store, number) if turn.status == "answered"]
        if self._session not in (None, number):
            sessions.end_session(self._store, self._session)
        self._session = number
        self._answering = Answering(
            self._store,
            self.parts,
            self._speech,
            self._send,
            self._closing,
            self._setup.out,
            scene,
            command.level,
            number,
            history,
        )
        self._post(SessionOpen(number, command.level))
        self._send(SessionStarted(number, command.level, scene.name, scene.title, list(scene.suggestions)))
        if command.greet and not history:
            self._answering.greet()

    def use(self, part: str, model: Model) -> None:
        """Listen, answer or speak with this one from now on; the conversation stays as it is."""
        setattr(self.parts, part, model)
        gc.collect()  # the one before may be in a circle, and no small thing to keep
        self._send(ModelChanged(part, model.name, is_starter(part, model.name)))

    def spoken(self, captured: CapturedTurn) -> None:
        """Keep a spoken turn and, when it is complete, answer it."""
        cancelled = captured.ending is Ending.CANCELLED
        with captured.journal:  # where keeping it fails, the journal is left for the next start
            stored = recovery.keep(
                self._store,
                captured.journal,
                captured.source,
                "lost" if cancelled else "recorded",
                source="file" if captured.is_file else "microphone",
            )
        if stored is None or stored.turn is None:
            return
        self._send(TurnStored(stored.turn, "learner", "", "spoken", stored.seconds))
        if cancelled:
            self._send(TurnLost(stored.turn, CANCELLED))
        elif captured.ending is Ending.SPOKEN and not self._closing.is_set():
            self._or_lose(stored.turn, lambda turn: self._answer_spoken(turn, stored.segment, captured))

    def typed(self, text: str) -> None:
        """Keep a typed turn and answer it. Raises StoreError."""
        began = time.monotonic()
        text = clean(text)
        if not text:
            raise StoreError("There is nothing to answer", "type some words first")
        assert self._session is not None
        turn = sessions.add_turn(self._store, self._session, "learner", text, "typed")
        self._send(TurnStored(turn, "learner", text, "typed"))
        if not self._closing.is_set():
            self._or_lose(turn, lambda turn: self._answering.answer(LearnerTurn(turn, text, None, began, {})))

    def replay(self, command: Replay) -> None:
        """Play a stored turn: the learner's audio as it was, or the tutor's words by the voice."""
        turn = sessions.turn(self._store, command.turn)
        pace = limited(command.pace)
        utterance = self._speech.begin()
        if utterance is None:
            raise StoreError("There is no loudspeaker to replay it on", "connect one and start again")
        try:
            if turn.segment is not None:
                segment = table.segment(self._store, turn.segment)
                sha256 = table.recording(self._store, segment.recording).sha256
                samples = AudioFolder(self._store.folder).span(sha256, segment.start, segment.end)
                utterance.say([stretch(samples, pace)], SAMPLE_RATE)
            elif self.parts.voice:
                words = distress.aloud(turn.text)
                utterance.say(self.parts.voice.speak(words, pace), self.parts.voice.sample_rate)
        finally:
            utterance.end()
        utterance.synthesised.wait()

    def close(self) -> None:
        """The session is over. Raises StoreError."""
        if self._session is not None:
            sessions.end_session(self._store, self._session)
        self._store.close()

    def _rescue(self) -> None:
        recovered = recovery.recover(self._store)
        for warning in recovered.warnings:
            self._warn(warning)
        if recovered.rescued:
            self._send(Recovered(len(recovered.rescued), recovered.seconds))

    def _answer_spoken(self, turn: int, segment: int, captured: CapturedTurn) -> None:
        recording = table.recording(self._store, table.segment(self._store, segment).recording)
        audio = AudioFolder(self._store.folder).get(recording.sha256)
        began = time.monotonic()
        hypothesis = self.parts.recogniser.recognise(audio)
        timings = {"endpoint": captured.endpoint, "recognise": time.monotonic() - began}
        text = clean(hypothesis.text)
        words = _words(hypothesis)
        with self._store.transaction():
            others = [(other.first, other.last, other.text, other.weight) for other in hypothesis.alternatives]
            table.add_hypothesis(
                self._store, segment, hypothesis.model, text, words, hypothesis.compute_seconds, others
            )
            if text:
                sessions.set_turn_text(self._store, turn, text)
                sessions.set_turn_status(self._store, turn, "heard")
        self._send(Heard(turn, text, words, hypothesis.probability))
        if not text:
            nothing = NOTHING_IN_FILE.format(clean(captured.source)) if captured.is_file else NOTHING_HEARD
            self._warn(nothing)
            self._lose(turn, nothing)
        elif not self._closing.is_set():
            self._answering.answer(LearnerTurn(turn, text, hypothesis, captured.spoken_until, timings))
        # The reply is being spoken meanwhile: nobody waits for this.
        measured = measures.measured(self.parts.activity, audio)
        with self._store.transaction():
            measures.keep(self._store, segment, measured)
            derived_columns.refresh(self._store, [segment])

    def _or_lose(self, turn: int, answer: Callable[[int], None]) -> None:
        """Answer, or note that nobody will; what was said stays."""
        try:
            answer(turn)
        except (StoreError, ModelError) as error:
            self._lose(turn, str(error))
        except Exception:
            log.exception("turn %d was not answered", turn)
            self._lose(turn, "It could not be answered: engine.log has the details.")

    def _lose(self, turn: int, reason: str) -> None:
        self._send(TurnLost(turn, reason))
        sessions.set_turn_status(self._store, turn, "lost")

    def _warn(self, text: str) -> None:
        self._send(Warning(text))


def _words(hypothesis: Hypothesis) -> list[dict[str, object]]:
    return [
        {"word": clean(word.text), "start": word.start, "end": word.end, "probability": word.probability}
        for word in hypothesis.words
    ]
