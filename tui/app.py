"""The app: its modes, one engine, and nothing that could keep a key waiting.

Data flows one way. A worker reads the engine's events and posts them to the Talk screen as messages;
handlers there change what is shown, and what concerns the whole app bubbles up to here. Commands go
the other way through a queue. The first frame is painted before the engine is started, and nothing
that runs on weights is ever imported in this process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import work
from textual.app import App, SystemCommand
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme

from core.engine import protocol
from core.engine.protocol import Command, Event, StartSession
from tui import modes
from tui.keys import EVERYWHERE, Key, bindings, letter
from tui.messages import EngineSaid, EngineStopped
from tui.settings import Settings, SettingsError, load, save
from tui.talk.screen import TalkScreen
from tui.text import plain
from tui.theme import THEME

if TYPE_CHECKING:
    from core.importing.transcription import TranscriptionProgress
    from store.segments.queue import View
    from tui.active_recogniser import ActiveRecogniser
    from tui.choosing import Choosing
    from tui.services import PlayerLike

FIRST_PAINT = "TERTULIA_BENCH_FIRST_PAINT"
"""With this variable set to 1 the app paints its Talk screen, prints time.monotonic() and ends."""


class EngineLike(Protocol):
    """What the app needs of an engine; core.engine.client.Engine is the real one."""

    async def start(self) -> None:
        """Begin to run."""

    def events(self) -> AsyncIterator[Event]:
        """All events of the engine, to its end."""

    async def send(self, command: Command) -> None:
        """Give the engine a command."""

    async def close(self) -> None:
        """Let it store what it has, and end it."""


class TertuliaApp(App[None]):
    """Tertulia in the terminal; what its screens may ask of it, `tui.services` says.

    Args:
        data: The data folder; None asks the store for the usual one.
        sound: False leaves microphone and loudspeaker alone.
        engine: Makes an engine; None runs the real one in the data folder.
        player: Makes what plays recordings; None runs the real one.
    """

    TITLE = "Tertulia"
    BINDINGS = bindings(EVERYWHERE)
    CSS = "ToastRack { dock: top; align: right top; margin-top: 2; }"  # the bottom is where people look
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {mode.name: mode.open for mode in modes.MODES}
    DEFAULT_MODE = "talk"

    recogniser_labels: reactive[tuple[str, ...]] = reactive(())
    """Which recogniser is in use and how good it is, for the header, the longest label first."""
    rehearing: reactive[TranscriptionProgress | None] = reactive(None)
    """How far what waits to be corrected is transcribed again, after a promotion; None while it is not."""

    def __init__(
        self,
        data: Path | None = None,
        sound: bool = True,
        engine: Callable[[], EngineLike] | None = None,
        player: Callable[[], PlayerLike] | None = None,
    ) -> None:
        super().__init__()
        self.register_theme(THEME)
        # Not by assignment, whose watcher would have every widget styled twice before the first frame.
        self.set_reactive(App.theme, THEME.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.sound = sound
        self.settings = Settings()
        self._make_engine = engine or self._real_engine
        self.make_player = player or self._real_player
        self._engine: EngineLike | None = None
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._session_begun = False
        self._leaving = False
        self._saving = asyncio.Lock()
        self._first_complaint = ""
        self._active_recogniser: ActiveRecogniser | None = None
        self._choosing: Choosing | None = None
        self.painted_at: float | None = None
        """time.monotonic() of the first painted frame."""
        self._wanted = data
        self.data = self._data_folder()
        self._restore_settings()

    # --- start and end --------------------------------------------------------------------------

    def _data_folder(self) -> Path | None:
        from store.errors import StoreError
        from store.paths import data_folder, prepare

        try:
            if self._wanted is None:
                return data_folder()
            prepare(self._wanted)
        except StoreError as error:
            self._first_complaint = str(error)
            return None
        return self._wanted

    def _restore_settings(self) -> None:
        # Before the first frame, so that a light theme does not begin with a dark flash.
        if self.data is None:
            return
        try:
            self.settings = load(self.data)
        except SettingsError as error:
            self._first_complaint = str(error)
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme

    def on_mount(self) -> None:
        """The screens are in place; the engine waits for the first frame."""
        # A terminal that is closed: what was typed in its last moment is stored as by quitting.
        with suppress(ValueError, RuntimeError, NotImplementedError):  # not in every thread, nor on every system
            for number in (signal.SIGHUP, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self.exit)
        self.talk.call_after_refresh(self.painted)

    def painted(self) -> None:
        """The Talk screen has been painted for the first time: now there is time for the engine."""
        self.painted_at = time.monotonic()
        if os.environ.get(FIRST_PAINT) == "1":
            self.exit()
            return
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        if self.data is None:
            self.talk.post_message(EngineStopped(self._first_complaint))
            return
        if self._first_complaint:
            self.tell(self._first_complaint, "warning")
        self.run_engine()

    async def action_leave(self) -> None:
        """Quit; while a conversation is open, ask before."""
        if not self.talk.is_open:
            await self.action_quit()
            return
        from tui.shell.confirm import Confirm

        def answered(yes: bool | None) -> None:
            if yes:
                self.call_next(self.action_quit)

        # At the conversation the letter may have begun a word, slowly typed.
        typed = (lambda text: self.talk.write(letter("quit") + text)) if self.screen is self.talk else None
        self.push_screen(Confirm("End the conversation and quit?", "What was said is kept.", typed), answered)

    async def action_quit(self) -> None:
        """Store what there is and end; a second time, end at once."""
        if self._leaving:
            self.exit()
            return
        self._leaving = True
        self.run_worker(self._leave(), group="leave")

    async def _leave(self) -> None:
        if self._engine is not None:
            self.notify("Storing…", markup=False)
            await self._engine.close()
        self.exit()

    # --- the engine -----------------------------------------------------------------------------

    @property
    def talk(self) -> TalkScreen:
        """The Talk screen, whatever lies on top of it."""
        screen = self.get_screen_stack("talk")[0]
        assert isinstance(screen, TalkScreen)
        return screen

    def _real_engine(self) -> EngineLike:
        from core.engine.client import Engine

        assert self.data is not None
        return Engine(self.data, sound=self.sound)

    def _real_player(self) -> PlayerLike:
        from core.player.client import Player

        assert self.data is not None
        return Player(self.data)

    @work(group="engine", exclusive=True, exit_on_error=False)
    async def run_engine(self) -> None:
        """Start the engine and pass on what it says until it ends."""
        reason = ""
        self._session_begun = False
        try:
            engine = self._engine = self._make_engine()
            await engine.start()
            self._deliver(engine)
            async for event in engine.events():
                self.talk.post_message(EngineSaid(event))
        except Exception as error:  # whatever it is, the screen stays
            reason = f"The engine cannot be run ({plain(error)}): run `tertulia doctor`."
        self._engine = None
        self.talk.post_message(EngineStopped(reason))

    @work(group="deliver", exclusive=True, exit_on_error=False)
    async def _deliver(self, engine: EngineLike) -> None:
        while True:
            await engine.send(await self._commands.get())

    def send(self, command: Command) -> None:
        if self._engine is not None:
            self._commands.put_nowait(command)

    def begin(self, scenario: str, level: str) -> None:
        self.settings = replace(self.settings, scenario=scenario, level=level)
        self.save_settings()
        if self._engine is not None:
            if self._session_begun:  # else it begins with this choice as soon as the models are loaded
                self._start_session()
            return
        self.data = self._data_folder()  # which may have been mended meanwhile
        if self.data is None:
            self.talk.post_message(EngineStopped(self._first_complaint))
        else:
            self.run_engine()

    def _start_session(self) -> None:
        self._session_begun = True
        self.send(StartSession(self.settings.level, self.settings.scenario))

    def on_engine_said(self, message: EngineSaid) -> None:
        """What concerns the whole app; the Talk screen has shown its part."""
        match message.event:
            case protocol.ModelChanged(part="recogniser", name=name, starter=starter):
                self.active_recogniser.engine_uses(name, starter)
            case protocol.Ready(recogniser=recogniser, starter=starter):
                self.active_recogniser.engine_uses(recogniser, starter)
                threading.Thread(target=modes.warm, name="warm", daemon=True).start()
                # After a crash the engine goes on with its session by itself.
                if not self._session_begun:
                    self._start_session()
            case protocol.Recovered(seconds=seconds):
                self.tell(f"Recovered {seconds:.1f} s of speech from the last time.", "information")
            case protocol.Warning(text=text):
                self.tell(text, "warning")
            case protocol.TurnLost(turn=None, reason=reason):
                self.tell(reason, "warning")
            case protocol.Error(text=text, fatal=False):
                self.tell(text, "error")
            case _:
                pass

    def on_engine_stopped(self) -> None:
        """Nobody listens any more; the Talk screen has said why."""
        if self._active_recogniser is not None:
            self._active_recogniser.engine_gone()

    # --- the recogniser ---------------------------------------------------------------------------

    @property
    def active_recogniser(self) -> ActiveRecogniser:
        """Which recogniser is in use; what this needs is loaded when there first is one."""
        from tui.active_recogniser import ActiveRecogniser

        self._active_recogniser = self._active_recogniser or ActiveRecogniser(self)
        return self._active_recogniser

    @property
    def is_promoting(self) -> bool:
        return self._active_recogniser is not None and self._active_recogniser.changing

    def promote(self, name: str, force: bool = False) -> None:
        self.active_recogniser.promote(name, force)

    def choose(self, part: str, name: str) -> None:
        from tui.choosing import Choosing

        self._choosing = self._choosing or Choosing(self)
        self._choosing.choose(part, name)

    @property
    def choosing(self) -> bool:
        return self.is_promoting or (self._choosing is not None and bool(self._choosing.parts))

    def roll_back(self) -> None:
        self.active_recogniser.roll_back()

    def renew_standing(self) -> None:
        self.active_recogniser.renew()

    # --- around it ------------------------------------------------------------------------------

    def tell(self, text: str, severity: str) -> None:
        assert severity in ("information", "warning", "error")
        self.notify(plain(text), severity=severity, markup=False, timeout=8)  # type: ignore[arg-type]

    def action_mode(self, mode: str) -> None:
        self.switch_mode(mode)

    async def open_view(self, view: View, title: str) -> None:
        from tui.correct.screen import CorrectScreen

        await self.switch_mode("correct")
        if isinstance(self.screen, CorrectScreen):
            self.screen.show(view, title)

    def action_keys_help(self) -> None:
        """Show the keys of this screen."""
        from tui.shell.help import HelpScreen

        keys: tuple[Key, ...] = getattr(self.screen, "KEYS", ())
        self.push_screen(HelpScreen(self.screen.__class__.__name__.removesuffix("Screen"), keys))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: this screen's keys and everyone's, then themes and a picture of the screen."""
        for key in (*getattr(screen, "KEYS", ()), *EVERYWHERE):
            target = screen if not key.action.startswith("app.") else self
            name = key.action.removeprefix("app.").partition("(")[0]
            if key.title and target.check_action(name, ()):
                yield SystemCommand(key.title, key.tip, self._runner(key.action, target))
        for command in super().get_system_commands(screen):
            if command.title == "Theme":
                yield command
        yield SystemCommand(
            "Screenshot", "Save a picture (SVG) of this screen in the data folder.", self._save_picture
        )

    def _save_picture(self) -> None:
        # In the data folder: Textual's own choice, ~/Downloads, is missing on many servers. Later: the palette is
        # still in the picture.
        folder = None if self.data is None else str(self.data)
        self.set_timer(0.1, lambda: self.deliver_screenshot(path=folder))

    def _runner(self, action: str, target: Screen[Any] | App[Any]) -> Callable[[], Any]:
        return lambda: self.run_action(action, target)

    def _theme_chosen(self, theme: Theme) -> None:
        if theme.name != self.settings.theme:
            self.settings = replace(self.settings, theme=theme.name)
            self.save_settings()

    @work(group="settings", exit_on_error=False)
    async def save_settings(self) -> None:
        """Keep the present settings; the newest are the last written."""
        if self.data is None:
            return
        async with self._saving:
            try:
                await asyncio.to_thread(save, self.data, self.settings)
            except SettingsError as error:
                self.tell(str(error), "warning")


def run(data: Path | None = None, sound: bool = True) -> int:
    """Run the app until the person quits.

    Args:
        data: The data folder; None is the usual one.
        sound: False leaves microphone and loudspeaker alone.

    Returns:
        An exit code: 0, or 2 where there is no terminal, or what Textual ended with after a crash.
    """
    # Textual draws on the standard error, so that the standard output is free for what a command prints.
    terminal = all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stderr__))
    # A driver of its own, such as textual-serve's, needs no terminal.
    if not terminal and "TEXTUAL_DRIVER" not in os.environ:
        print("Tertulia needs a terminal; without one, use `tertulia talk FILE`.", file=sys.stderr)
        return 2
    app = TertuliaApp(data, sound)
    app.run()
    if os.environ.get(FIRST_PAINT) == "1" and app.painted_at is not None:
        print(app.painted_at)
    return app.return_code or 0
