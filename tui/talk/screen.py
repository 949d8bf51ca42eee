"""The Talk screen: what you say, what the tutor answers, and how it is going.

The engine's events arrive here as messages, one by one, and only their handlers change what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual import events, on
from textual.widget import Widget
from textual.widgets import Input

from core.engine import protocol
from core.engine.protocol import Cancel, Command, Done, Hush, Listen, Replay, Say
from tui.keys import EVERYWHERE, bindings
from tui.messages import EngineSaid, EngineStopped
from tui.shell.header_and_keys import KeysLine
from tui.shell.mode_screen import ModeScreen
from tui.talk.conversation import ConversationView
from tui.talk.keys import TALK
from tui.talk.line import WritingLine
from tui.talk.session_line import SessionLine
from tui.talk.status_line import StatusLine
from tui.talk.suggestions import Suggestions
from tui.talk.turn import MarginNote, doubtful_words
from tui.talk.typing import Typing
from tui.talk.welcome import welcome
from tui.text import plain

SHORT = 20
"""Rows of a terminal that has no room to spare."""
SLOWER = 0.7
"""Pace of the slower replay."""


class TalkScreen(ModeScreen):
    """A session with the tutor, by voice or by keyboard."""

    MODE = "talk"
    KEYS = TALK
    CSS_PATH = "talk.tcss"
    BINDINGS = bindings(TALK)
    AUTO_FOCUS = "ConversationView"

    def __init__(self) -> None:
        super().__init__()
        self.session: int | None = None
        """The session that is shown."""
        self._unanswered: str = ""
        """Written and sent, but not known to be stored."""
        self._own_words = ""
        """What stood in the line before a suggested reply did."""
        self._state = "starting"
        """What the engine itself last said it was doing; the status line may be a key press ahead of it."""
        self.header = SessionLine()
        self.conversation = ConversationView()
        self.suggestions = Suggestions()
        self.status = StatusLine()
        self.input = WritingLine()
        self._by_hand = False
        """Whether writing is the only way: there is no microphone, or it failed."""
        self.typing = Typing((*TALK, *EVERYWHERE), self.set_timer, self.write, self._run)

    def body(self) -> Iterable[Widget]:
        yield self.header
        yield self.conversation
        yield self.suggestions
        yield self.status
        yield self.input

    def on_mount(self) -> None:
        self.conversation.clear(welcome(self._by_hand))
        for widget, what in ((self.status, "state"), (self.conversation, "chosen"), (self.suggestions, "replies")):
            self.watch(widget, what, self._keys_changed, init=False)
        if not self.tertulia.sound:
            self._write_by_hand()

    def on_resize(self, event: events.Resize) -> None:
        """Do without empty lines and suggestions where there is no room for them."""
        # Not by Textual's breakpoints: those style every widget twice before the first frame.
        self.set_class(event.size.height < SHORT, "-short")

    # --- what the engine says -------------------------------------------------------------------

    def on_engine_said(self, message: EngineSaid) -> None:
        """Show what happened; whatever is not for this screen goes on to the app."""
        match message.event:
            case protocol.Hello():
                self._set_state("starting")
            case protocol.Ready() as ready:
                self.header.trouble = ""
                self.header.starter = bool(ready.starter)
                self.status.microphone = ready.microphone is not None
                self._by_hand = False
                if not self.status.microphone:
                    self._write_by_hand()
                if self._state == "starting":
                    self._set_state("idle")
            case protocol.ModelChanged(part="recogniser", starter=starter):
                self.header.starter = starter
            case protocol.SessionStarted() as started:
                self._session_started(started)
            case protocol.State(state=state):
                self._set_state(plain(state))
            case protocol.Level() as level:
                self.status.level = level
                self._by_hand = False
            case protocol.TurnStored() as stored:
                self._turn_stored(stored)
            case protocol.Heard() as heard:
                self.conversation.put(
                    heard.turn, "learner", text=heard.text, doubtful=doubtful_words(heard.words),
                    probability=heard.probability if heard.words else None, revision=heard.revision,
                )  # fmt: skip
            case protocol.ReplyText() as reply:
                self.conversation.put(
                    reply.turn, "tutor", text=reply.text, final=reply.final, revision=reply.revision
                )
                if reply.final:
                    self.suggestions.show(reply.suggestions)
                    if self._by_hand and self.conversation.chosen is None:
                        self.action_write()
            case protocol.Feedback() as feedback:
                notes = [MarginNote(*(n.get(k, "") for k in ("said", "better", "why"))) for n in feedback.notes]
                self.conversation.put(feedback.turn, "learner", notes=notes, revision=feedback.revision)
            case protocol.Timings(turn=turn, seconds=seconds):
                self._timed(turn, seconds)
            case protocol.Warning():
                self.status.state = self._state
            case protocol.TurnLost(turn=turn, reason=reason):
                self.status.state = self._state
                if turn is not None:
                    self.conversation.put(turn, "learner", lost=reason)
            case protocol.Error(text=text, fatal=fatal):
                self._failed(text, fatal)
            case _:
                pass

    def on_engine_stopped(self, message: EngineStopped) -> None:
        """Say so, and leave the screen usable."""
        if message.reason:
            self.header.trouble = message.reason
        self._set_state("gone")

    def _session_started(self, started: protocol.SessionStarted) -> None:
        self.header.title = f"{started.title} · {started.level}"
        if started.session != self.session:
            self.session = started.session
            self.conversation.clear(welcome(self._by_hand))
            self.status.you_to_voice = None
            self.suggestions.show(started.suggestions)

    def _turn_stored(self, stored: protocol.TurnStored) -> None:
        changes: dict[str, Any] = {"origin": stored.origin, "revision": stored.revision}
        if stored.text:
            changes["text"] = stored.text
        if stored.seconds:
            changes["seconds"] = stored.seconds
        self.conversation.put(stored.turn, stored.role, **changes)
        if stored.role == "learner":
            self._unanswered = ""

    def _timed(self, turn: int, seconds: dict[str, float]) -> None:
        you_to_voice = seconds.get("you_to_voice")
        if not isinstance(you_to_voice, int | float):
            return
        self.status.you_to_voice = you_to_voice
        if (answer := self.conversation.answer_to(turn)) is not None:
            self.conversation.put(answer.id, "tutor", you_to_voice=you_to_voice, revision=answer.revision)

    def _failed(self, text: str, fatal: bool) -> None:
        self.status.hands_free = False
        if self.status.state == "listening":
            self._write_by_hand()
        self.status.state = self._state
        if self._unanswered and not self.input.value:
            self.input.value = self._unanswered
        self._unanswered = ""
        if fatal:
            self.header.trouble = text

    def _set_state(self, state: str) -> None:
        self._state = self.status.state = state
        if state == "idle" and self.status.hands_free:
            self.send(Listen(hands_free=True))

    def _write_by_hand(self) -> None:
        """Go to the line, now and after each turn, because nobody listens."""
        self._by_hand = True
        self.action_write()
        if not self.conversation.turns:
            self.conversation.clear(welcome(self._by_hand))

    # --- what the learner does ------------------------------------------------------------------

    def send(self, command: Command) -> None:
        self.tertulia.send(command)

    @property
    def writing(self) -> bool:
        """Whether the writing line has the keyboard."""
        return self.focused is self.input

    @property
    def is_open(self) -> bool:
        """Whether there is a conversation: the learner has said something in this session."""
        return self.session is not None and any(turn.role == "learner" for turn in self.conversation.turns)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state = self.status.state
        match action:
            case "done" | "drop":
                return state == "listening"
            case "talk":
                return state not in ("listening", "starting", "gone")
            case "hush":
                return state == "speaking"
            case "send":
                return self.writing
            case "write":
                return not self.writing
            case "back":
                return self.writing or self.conversation.chosen is not None
            case "replay" | "slower":
                return self.conversation.current() is not None and state not in ("starting", "gone")
            case "suggestion" | "take":
                return bool(self.suggestions.replies)
            case _:
                return super().check_action(action, parameters)

    def _keys_changed(self) -> None:
        self.query_one(KeysLine).refresh()

    def on_descendant_focus(self) -> None:
        """The bottom line shows the keys of writing or of navigating."""
        self._show_keys()

    def on_descendant_blur(self) -> None:
        self._show_keys()

    def _show_keys(self) -> None:
        self.query_one(KeysLine).writing = self.suggestions.writing = self.writing

    def action_talk(self) -> None:
        """Start to listen; whatever is being spoken stops."""
        if self.status.state == "speaking":
            self.send(Hush())
        if not self.status.hands_free:  # where the engine listens by itself as soon as it is quiet
            self.send(Listen())
            # Shown before the engine confirms it, so that a quick second press already means "done".
            self.status.state = "listening"

    def action_done(self) -> None:
        self.send(Done())

    def action_drop(self) -> None:
        """Stop listening, with no answer."""
        self.status.hands_free = False
        self.send(Cancel())

    def action_hush(self) -> None:
        self.send(Hush())

    def action_hands_free(self) -> None:
        """Switch between one turn a key press and turn after turn."""
        self.status.hands_free = not self.status.hands_free
        if not self.status.hands_free:
            self.send(Cancel())
        elif self.status.state == "idle":
            self.send(Listen(hands_free=True))

    async def on_key(self, event: events.Key) -> None:
        """Letters that come to the conversation may be text."""
        # Those that come while the line has the keyboard were on their way before it had.
        if self.writing and event.character is not None and event.is_printable:
            self.write(event.character)
        elif self.writing or not await self.typing.take(event):
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is text."""
        self.write(" ".join(event.text.split()))

    def write(self, text: str) -> None:
        """Go to the line, and put this text in it."""
        self.set_focus(self.input)
        self.input.add(text)

    async def _run(self, action: str) -> None:
        if self.is_current:
            await self.app.run_action(action, self)

    def action_write(self) -> None:
        self.set_focus(self.input)

    def action_back(self) -> None:
        """Leave the writing line; there already, go back to the newest turn."""
        if self.writing:
            self.set_focus(self.conversation)
        else:
            self.conversation.choose(None)

    @on(Input.Changed)
    def line_changed(self) -> None:
        self.suggestions.taken = self.input.value

    @on(Input.Submitted)
    def action_send(self) -> None:
        """Send what was written; the line keeps it while there is nobody to read it."""
        text = plain(self.input.value)
        if not text:
            return
        if self.session is None or self.status.state in ("starting", "gone"):
            self.notify("The tutor cannot read it yet; your words stay here.", markup=False)
            return
        self._unanswered = text
        self.input.clear()
        self.send(Say(text))

    def action_replay(self, pace: float = 1.0) -> None:
        turn = self.conversation.current()
        if turn is not None:
            self.send(Replay(turn.id, pace))

    def action_slower(self) -> None:
        self.action_replay(SLOWER)

    def _offered(self) -> tuple[str, ...]:
        """What stood in the line before a suggested reply did, and the replies."""
        if self.input.value not in self.suggestions.replies:
            self._own_words = self.input.value
        return (self._own_words, *self.suggestions.replies)

    def action_suggestion(self, step: int) -> None:
        """Put the next suggested reply in the line, to be changed or sent; after the last, what stood there."""
        offered = self._offered()
        self._put_in_line(offered[(offered.index(self.input.value) + step) % len(offered)])

    def action_take(self, place: int) -> None:
        """Put the suggested reply that was clicked in the line, and go there."""
        self._put_in_line(self._offered()[place + 1])
        self.action_write()

    def _put_in_line(self, text: str) -> None:
        self.input.value = text
        self.input.action_end()

    def action_move(self, step: int) -> None:
        """Choose the turn above or below; while writing, the suggestion before or after."""
        if self.writing:
            self.action_suggestion(step)
            return
        turns, chosen = self.conversation.turns, self.conversation.chosen
        if chosen is None:
            self.conversation.choose(len(turns) - 1 if step < 0 else None)
        else:
            self.conversation.choose(chosen + step if chosen + step < len(turns) else None)

    def action_page(self, step: int) -> None:
        """Scroll a page, without choosing a turn."""
        (self.conversation.scroll_page_up if step < 0 else self.conversation.scroll_page_down)(animate=False)

    def action_first(self) -> None:
        self.conversation.choose(0)

    def action_last(self) -> None:
        self.conversation.choose(None)

    def action_copy(self) -> None:
        if text := self.conversation.spoken_text():
            self.app.copy_to_clipboard(text)
            self.notify("Copied.", timeout=1.5)

    def action_new_session(self) -> None:
        """Ask for scenario and level, then begin."""
        from tui.talk.new_session import NewSession

        settings = self.tertulia.settings
        self.app.push_screen(NewSession(settings.scenario, settings.level), self._begin)

    def _begin(self, choice: tuple[str, str] | None) -> None:
        if choice is not None:
            self.status.hands_free = False
            self.tertulia.begin(*choice)
