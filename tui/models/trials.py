"""Models that are tried in a process of their own, and voices that are heard before they are chosen."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from textual.message import Message

from core.errors import TROUBLE
from core.own_models.trying import MODULE, Trial, arguments, died, read
from core.player.protocol import PlayFile
from core.processes.events import Failed
from core.processes.task import Task
from core.versions.active import ModelChoice
from models.catalog import Entry
from models.errors import ModelError
from models.kind import VOICE
from tui.keys import letter
from tui.services import PlayerLike
from tui.shell.clip_player import ClipPlayer
from tui.shell.host import Host


@dataclass
class TrialBegan(Message, bubble=False):
    """A model is being tried."""

    key: str


@dataclass
class TrialEnded(Message, bubble=False):
    """A model was tried, or could not be."""

    key: str
    trial: Trial | str | None
    """How it did; why it could not be tried; None where somebody stopped it."""


class Trials:
    """One trial at a time: another one ends the last.

    Args:
        host: hears of them.
        make_player: called when there is first something to hear; None where sound is off.
    """

    def __init__(self, host: Host, make_player: Callable[[], PlayerLike] | None) -> None:
        self.key = ""
        """What is being tried; empty while nothing is."""
        self._host = host
        self._player = ClipPlayer(host, make_player) if make_player is not None else None
        self._task: Task | None = None
        self._heard: dict[str, Trial] = {}
        """Voices that were made to speak already."""
        self._folder: Path | None = None

    def begin(self, key: str, entry: Entry) -> None:
        """Try a model that is on this machine; a voice is heard."""
        self.hush()
        self.key = key
        if (known := self._heard.get(key)) is not None:
            self._end(key, known)
            return
        self._host.post_message(TrialBegan(key))
        self._host.run_worker(partial(self._try, key, entry), group="trial", exclusive=True, exit_on_error=False)

    def hush(self) -> None:
        """Be silent."""
        if self._player is not None:
            self._player.hush()

    async def stop(self) -> None:
        """Give up what is being tried, and be silent."""
        self.hush()
        self.key = ""
        if self._task is not None:
            await self._task.stop()

    async def close(self) -> None:
        """End everything, and forget what was heard."""
        await self.stop()
        if self._player is not None:
            await self._player.close()
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _try(self, key: str, entry: Entry) -> None:
        choice = ModelChoice(entry)
        try:
            if not entry.format:
                choice = await asyncio.to_thread(_recognised, entry)
            wav = await asyncio.to_thread(self._file) if entry.part == VOICE else None
            words = await asyncio.to_thread(arguments, choice, wav)
            self._task = task = Task(f"trial of {choice.name}", MODULE, words, grace=1.0)
            ended = await task.run(lambda event: None)
            if isinstance(ended, Failed):
                raise died(choice, ended.what)
            trial: Trial | str | None = read(ended.body, wav)
        except ModelError as error:
            trial = str(error)
        except TROUBLE as error:
            trial = f"It cannot be tried: {error}"
        if self.key == key:
            self._end(key, trial)
        else:
            self._host.post_message(TrialEnded(key, None))

    def _file(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="tertulia-voices-"))
        return Path(tempfile.mkdtemp(dir=self._folder), "sample.wav")

    def _end(self, key: str, trial: Trial | str | None) -> None:
        self.key = ""
        if isinstance(trial, Trial) and trial.wav is not None:
            self._heard[key] = trial
            if self._player is not None:
                self._player.play(PlayFile(str(trial.wav)))
        self._host.post_message(TrialEnded(key, trial))


def _recognised(entry: Entry) -> ModelChoice:
    """What another program keeps, with its kind. Raises ModelError."""
    from core.own_models.recognising import recognise

    assert entry.path is not None
    found = recognise(entry.path, entry.part)
    if found.convert:
        raise ModelError(f"{entry.name} has to be converted first", f"{letter('accept')} adds it and uses it")
    return ModelChoice(replace(entry, format=found.kind.FORMAT, path=found.path))
