"""The engine's one decider: a thread that takes messages in order and owns all state.

Commands, sounds and finished work arrive as messages in one inbox. Whatever takes time happens elsewhere
(`listening`, `speaking`, and the worker that runs `turns` in order) and reports back here, so no state is
shared and none needs a lock.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.conversation.scenario import ScenarioError
from core.engine.capture import Microphone
from core.engine.changing import ModelChanges
from core.engine.endpoint import pause_for
from core.engine.listening import CapturedTurn, Listening, ListeningBegun, ListeningOver
from core.engine.loading import Model, another
from core.engine.protocol import (
    Bye,
    Cancel,
    Command,
    Done,
    Error,
    Event,
    Hush,
    Listen,
    Quit,
    Replay,
    Say,
    StartSession,
    State,
    UseModel,
    Warning,
)
from core.engine.sources import AudioSource, FileSource
from core.engine.speaking import Speaking, SpeechOutput
from core.engine.turns import Conversation, SessionOpen, Setup, Unusable
from models.errors import ModelError
from store.audio.journal import RecordingJournal
from store.errors import StoreError

log = logging.getLogger(__name__)

NO_SESSION = "There is no session yet: start one first."
NO_SOUND = "Sound is switched off: type, or name an audio file."
LISTENING = "The engine is already listening: say that you have finished first."


@dataclass(frozen=True)
class JobDone:
    """The worker has finished a job."""

    opening: bool
    """It was to load the models or open a session: commands need wait no longer."""


Message = Command | ListeningBegun | CapturedTurn | ListeningOver | JobDone | Speaking | SessionOpen | Unusable


class EngineService:
    """Runs one engine from Hello to Bye.

    Args:
        setup: where the data lies, and which outlets there are.
        send: takes every event.
    """

    def __init__(self, setup: Setup, send: Callable[[Event], None]) -> None:
        self._setup = setup
        self._send = send
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[tuple[Callable[[], None], JobDone | None]] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._speech = SpeechOutput(send, self.post)
        self._conversation = Conversation(setup, send, self.post, self._speech, self._closing)
        self._session: SessionOpen | None = None
        self._held: deque[Command] = deque()
        self._ready = False
        """Models are loaded and no session is being opened; until then commands wait."""
        self._pending = 0
        self._speaking = 0
        self._changes = ModelChanges(self._load, self._use, lambda text: send(Warning(text)))
        self._listening: Listening | None = None
        self._awake = False
        """The first sound has come; a file's is there from the beginning."""
        self._muted = False
        """What comes from the source is dropped until all is quiet."""
        self._state = ""
        self._fatal: str | None = None

    def post(self, message: Message) -> None:
        """Leave a message, from any thread or signal handler."""
        self._inbox.put(message)

    def run(self) -> int:
        """Serve until asked to end; the exit status."""
        threading.Thread(target=self._work, name="worker", daemon=True).start()
        self._job(self._conversation.prepare, opening=True)
        while not self._over():
            self._take(self._inbox.get())
        self._speech.hush()
        if self._fatal:
            self._send(Error(self._fatal, fatal=True))
            return 1
        if not self._pending:
            try:
                self._conversation.close()
            except StoreError as error:
                self._send(Error(str(error)))
        self._send(Bye())
        return 0

    # --- what happens ----------------------------------------------------------------------------

    def _take(self, message: Message) -> None:
        match message:
            case JobDone():
                self._pending -= 1
                self._ready = self._ready or message.opening
            case SessionOpen():
                self._session, self._ready = message, True
            case Unusable():
                self._fatal = message.reason
            case Speaking():
                self._speaking += 1 if message.on else -1
            case ListeningBegun():
                self._awake = True
            case CapturedTurn():
                self._muted = True
                self._job(lambda: self._conversation.spoken(message))
            case ListeningOver():
                self._listening = None
                if message.failure:
                    self._refuse(message.failure)
            case Hush():
                self._speech.hush()
            case Quit():
                self._quit()
            case Cancel():
                self._cancel()
            case _:
                self._held.append(message)
        while self._held and not self._must_wait(self._held[0]):
            self._obey(self._held.popleft())
        self._settle()

    def _quit(self) -> None:
        self._closing.set()
        self._speech.hush()
        if self._listening:
            self._listening.stop()

    def _cancel(self) -> None:
        self._held = deque(command for command in self._held if not isinstance(command, Listen | Done))
        if self._listening:
            self._listening.cancel()

    def _must_wait(self, command: Command) -> bool:
        """Whether something has to end first; what can be ended for it, is."""
        if not self._ready:
            return True
        if self._listening is None:
            return False
        match command:
            case StartSession():
                self._listening.cancel()
                return True
            case Say():
                # A spoken turn under way is the learner's, too, and came first.
                self._listening.done()
                return not self._listening.hands_free
            case Listen():
                return command.file is not None and not self._listening.hands_free
        return False

    def _obey(self, command: Command) -> None:
        match command:
            case StartSession():
                self._ready = False
                self._speech.hush()
                self._job(lambda: self._conversation.start(command), opening=True)
            case Done():
                if self._listening:
                    self._listening.done()
            case UseModel():
                self._changes.ask(command)
            case _ if self._session is None:
                self._refuse(NO_SESSION)
            case Listen():
                self._listen(command, self._session)
            case Say():
                self._quiet()
                self._job(lambda: self._conversation.typed(command.text))
            case Replay() if self._listening and not self._listening.hands_free:
                self._refuse(LISTENING)
            case Replay():
                self._quiet()
                self._job(lambda: self._conversation.replay(command))

    def _listen(self, command: Listen, session: SessionOpen) -> None:
        if self._closing.is_set():
            return  # nothing new is begun at the end
        if self._listening:
            self._refuse(LISTENING)
            return
        if command.file is None and not self._setup.sound:
            self._refuse(NO_SOUND)
            return
        self._speech.hush()
        source: AudioSource = FileSource(Path(command.file), command.realtime) if command.file else Microphone()
        self._awake, self._muted = source.is_file, False
        self._listening = Listening(
            source,
            self._conversation.parts.activity,
            lambda: RecordingJournal.create(self._setup.data, session.session),
            pause_for(session.level) if command.hands_free and not source.is_file else None,
            self._send,
            self.post,
        )
        self._listening.start()

    def _refuse(self, text: str) -> None:
        """Say why nothing comes of a command, and the state again: it is what whoever gave it waits for."""
        self._send(Error(text))
        self._state = ""

    def _quiet(self) -> None:
        """Somebody else's turn begins: the loudspeaker falls silent and the microphone is not heard."""
        self._speech.hush()
        if self._listening:
            self._listening.done()  # what was being said is a turn of its own
            self._listening.attentive.clear()
            self._muted = True

    # --- what follows from it --------------------------------------------------------------------

    def _settle(self) -> None:
        """Listen again when all is quiet, and send the state when it has changed."""
        quiet = not self._pending and not self._speaking
        if self._listening and self._muted and quiet and not self._closing.is_set():
            self._muted = False
            self._listening.attentive.set()
        if self._listening and self._awake and not self._muted:
            state = "listening"
        elif self._speaking:
            state = "speaking"
        elif self._pending:
            state = "thinking"
        else:
            state = "idle"
        if self._ready and state != self._state:
            self._state = state
            self._send(State(state))

    def _over(self) -> bool:
        if self._fatal:
            return True
        if not self._closing.is_set() or self._listening:
            return False
        if not self._ready and self._session is None:
            # The models are still being loaded; only a typed turn is worth waiting for them.
            return not any(isinstance(command, Say) for command in self._held)
        return not self._pending and not self._held

    # --- the worker ------------------------------------------------------------------------------

    def _job(self, job: Callable[[], None], opening: bool = False) -> None:
        self._pending += 1
        self._jobs.put((job, JobDone(opening)))

    def _work(self) -> None:
        """Run jobs in order; one that fails costs a sentence, not the engine."""
        while True:
            job, done = self._jobs.get()
            try:
                job()
            except (StoreError, ModelError, ScenarioError) as error:
                self._send(Error(str(error)))
            except Exception:
                log.exception("a job failed")
                self._send(Error("This failed in a way that nobody foresaw: engine.log has the details."))
            if done is not None:
                self.post(done)

    # --- another model ---------------------------------------------------------------------------

    def _load(self, command: UseModel) -> Model:
        device = self._conversation.parts.device
        return another(self._setup.data, command.part, command.name, device, lambda text: self._send(Warning(text)))

    def _use(self, part: str, model: Model) -> None:
        """A turn under way ends with the model it began with; nobody but the thread of changes waits for this."""
        in_place = threading.Event()

        def change() -> None:
            try:
                self._conversation.use(part, model)
            finally:
                in_place.set()

        self._jobs.put((change, None))
        in_place.wait()
