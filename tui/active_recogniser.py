"""Which recogniser is in use, how good it is, and how another one is promoted.

The engine says which it uses, the database how well that hears this person, and after a change a process of its
own transcribes again what waits to be corrected. Here the three come together, for the line on top of every screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.engine.protocol import UseModel
from core.errors import SENTENCES, TROUBLE
from tui.messages import PromotionEnded, QueueReheard
from tui.news import post_news
from tui.services import Services
from tui.text import plain

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

    from core.importing.transcription import TranscriptionProgress
    from core.versions.registry import Standing
    from models.evaluation.rates import Interval
    from store.database import Store
    from store.versions import ModelVersion

LOOK_SECONDS = 1.0
"""How often to look how far the queue is transcribed again, while that goes on."""
STARTER = "starter"
HOPELESS = 95.0
"""Words in a hundred: whoever has so many wrong is not told a figure."""
SHORTEST = 24
"""Cells for what listens and how good it is where there is little room."""
RECOGNISER = "recogniser"


class AppLike(Services, Protocol):
    """What is needed of the app; tui.app.TertuliaApp is the real one."""

    recogniser_labels: tuple[str, ...]
    """Set to how the header names it, the longest first."""
    rehearing: TranscriptionProgress | None
    """Set to how far the queue is transcribed again, or to None."""

    def run_worker(self, work: Coroutine[Any, Any, None], *, group: str, exit_on_error: bool) -> object:
        """Do this beside everything else."""

    def set_interval(self, interval: float, callback: Callable[[], Awaitable[None]]) -> Timer:
        """Do this every so many seconds."""

    def get_screen_stack(self, mode: str) -> list[Screen[Any]]:
        """The screens of a mode, the lowest first. Raises KeyError for one that was never opened."""


class ActiveRecogniser:
    """The app's recogniser."""

    def __init__(self, app: AppLike) -> None:
        self.changing = False
        """Whether a version is being promoted or rolled back from."""
        self._app = app
        self._engine_name = ""
        """Name of the recogniser that the engine uses; empty while there is no engine."""
        self._standing: Standing | None = None
        self._starter = False
        """Whether that is the built-in recogniser's."""
        self._asked = 0
        self._timer: Timer | None = None

    # --- what is shown --------------------------------------------------------------------------------

    def engine_uses(self, name: str, starter: bool) -> None:
        """The engine uses this one from now on."""
        self._engine_name = STARTER if starter else name
        self._show()
        self.renew()
        if self._timer is None:
            self._timer = self._app.set_interval(LOOK_SECONDS, self._look)  # an earlier one may still go on
        self._timer.resume()

    def engine_gone(self) -> None:
        """There is no engine; the next one uses what is promoted then."""
        self._engine_name = ""

    def renew(self) -> None:
        """Read again how good the recogniser is."""
        if self._app.data is not None:
            self._asked += 1
            self._app.run_worker(self._renew(self._app.data, self._asked), group="standing", exit_on_error=False)

    async def _renew(self, data: Path, asked: int) -> None:
        with suppress(*SENTENCES):  # whatever cannot be read is said where it is worked with
            found = await asyncio.to_thread(_standing, data)
            if asked == self._asked:  # else somebody asked later, and knows better
                self._standing, self._starter = found
        self._show()

    def _show(self) -> None:
        self._app.recogniser_labels = labels(self._engine_name, self._standing, self._starter)

    # --- another recogniser ---------------------------------------------------------------------------

    def promote(self, name: str, force: bool) -> None:
        """Promote a version, once it has been tried."""

        def do(store: Store) -> ModelVersion:
            from core.versions.registry import promote

            return promote(store, name, force)

        self._change(do)

    def roll_back(self) -> None:

        def do(store: Store) -> ModelVersion:
            from core.versions.registry import rollback

            return rollback(store)

        self._change(do)

    def _change(self, do: Callable[[Store], ModelVersion]) -> None:
        if not self.changing and self._app.data is not None:
            self.changing = True
            self._app.run_worker(self._changed(self._app.data, do), group="promotion", exit_on_error=False)

    async def _changed(self, data: Path, do: Callable[[Store], ModelVersion]) -> None:
        ended = PromotionEnded("")
        try:
            version = await asyncio.to_thread(_done, data, do)
            ended = PromotionEnded(version.name)
        except TROUBLE as error:
            self._app.tell(str(error), "error")
            ended = PromotionEnded("", str(error))
        finally:
            self.changing = False
            post_news(self._app, ended)
        if ended.version:
            self._app.send(UseModel(RECOGNISER))
            self.renew()
            await self._begin_rehearing(data)

    async def _begin_rehearing(self, data: Path) -> None:
        from core.versions.rehear import begin_rehearing

        try:
            await asyncio.to_thread(begin_rehearing, data)
        except TROUBLE as error:
            self._app.tell(f"The queue is not transcribed again: {error}", "warning")
        if self._timer is not None:
            self._timer.resume()

    # --- what waits is transcribed again --------------------------------------------------------------

    async def _look(self) -> None:
        if self._app.data is None:
            return
        progress = await asyncio.to_thread(_rehearing, self._app.data)
        before, self._app.rehearing = self._app.rehearing, progress
        if progress is None and self._timer is not None:
            self._timer.pause()
            if before is not None:
                post_news(self._app, QueueReheard())


def labels(engine_name: str, standing: Standing | None, starter: bool = False) -> tuple[str, ...]:
    """How to say what listens and how well it hears, for a person who learns Spanish: the longest first.

    Args:
        engine_name: of the recogniser that the engine uses; empty where there is no engine.
        standing: of the recogniser that should be in use, as far as it is known.
        starter: that one is the built-in one.
    """
    should = "" if standing is None else STARTER if starter else plain(standing.name)
    name = plain(engine_name or should)
    if not name:
        return ()
    known = standing if should == name else None
    if known is not None and known.enough and known.wer is not None:
        return _sayings(name, *_wrong(known.wer))
    if name == STARTER:
        return f"{name}, hears no people", *([] if known is None else [f"{name}, hears nobody"])
    if known is None:
        return (name,)
    if known.words:
        return _sayings(name, "too early to say how well it hears you", "too early to say")
    return _sayings(name, "not yet tested on you", "untested")


def _wrong(wer: Interval) -> Iterator[str]:
    """A word error rate, as people count: of a hundred words so many."""
    of_hundred, about = 100 * wer.value, 50 * (wer.high - wer.low)
    if of_hundred >= HOPELESS:
        yield from ("nearly all words wrong", "all wrong")
    else:
        yield f"{of_hundred:.0f} ± {max(1.0, about):.0f} of 100 words wrong"
        yield f"{of_hundred:.0f} of 100 words wrong"
        yield f"{of_hundred:.0f} % wrong"


def _sayings(name: str, *words: str) -> tuple[str, ...]:
    """A name with these words behind it; the shortest fits wherever there is a header at all."""
    room = SHORTEST - len(", ") - len(words[-1])
    cut = name if len(name) <= room else f"{name[: room - 1]}…"
    long = [f"{name}, {saying}" for saying in words]
    return (*long, *([f"{cut}, {words[-1]}"] if cut != name else []))


def _standing(data: Path) -> tuple[Standing | None, bool]:
    from store import reasons
    from store.database import Store

    if not (data / reasons.DATABASE).exists():
        return None, False
    from core.versions.active import RECOGNISER, is_starter
    from core.versions.registry import standing

    with Store.open(data) as store:
        found = standing(store)
    return found, is_starter(RECOGNISER, found.name)


def _rehearing(data: Path) -> TranscriptionProgress | None:
    from core.versions.rehear import rehearing

    return rehearing(data)


def _done(data: Path, do: Callable[[Store], ModelVersion]) -> ModelVersion:
    from store.database import Store

    with Store.open(data) as store:
        return do(store)
