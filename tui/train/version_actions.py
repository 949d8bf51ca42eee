"""Reads runs and versions, judges a version, and changes what the lists hold.

Nothing is promoted here: a version is only weighed, and whoever asked decides by its verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from core.errors import TROUBLE
from store.runs import Run
from store.versions import ModelVersion
from tui.shell.host import DatabaseHost
from tui.train.reads import Judged, Overview, card_of, judged, overview

if TYPE_CHECKING:
    from core.runs.watch import RunState
    from store.database import Store


@dataclass
class OverviewRead(Message, bubble=False):
    """All runs and versions were read, and what runs had finished was settled."""

    overview: Overview


@dataclass
class RunSettled(Message, bubble=False):
    """What a run left behind was looked after; the overview knows of it."""

    run: Run
    state: RunState
    made: ModelVersion | None


@dataclass
class VerdictRead(Message, bubble=False):
    """The verdict on a version was read, to be shown."""

    judged: Judged


@dataclass
class PromotionWeighed(Message, bubble=False):
    """The verdict on a version that somebody wants to promote was read."""

    judged: Judged


@dataclass
class CardFound(Message, bubble=False):
    """A version has a card."""

    name: str
    path: Path


@dataclass
class ActionRefused(Message, bubble=False):
    """What was asked could not be done; nothing is changed."""

    why: str


class VersionActions:
    """The versions of the data folder, and the runs that made them."""

    def __init__(self, host: DatabaseHost) -> None:
        self.overview = Overview()
        self.judged: Judged | None = None
        """The version whose verdict is shown."""
        self._host = host

    # --- reading ----------------------------------------------------------------------------------

    def read(self) -> None:
        """Read all runs and versions again."""
        self._host.run_worker(self._read, group="overview", exit_on_error=False)

    async def _read(self) -> None:
        try:
            self.overview = await self._host.database.do(lambda desk: overview(desk.store))
        except TROUBLE as error:
            self._host.post_message(ActionRefused(str(error)))
        else:
            self._host.post_message(OverviewRead(self.overview))

    def settle(self, run: Run, state: RunState) -> None:
        """Look after what a run that has ended left behind."""
        self._host.run_worker(partial(self._settled, run, state), group="settle", exit_on_error=False)

    async def _settled(self, run: Run, state: RunState) -> None:
        await self._read()
        self._host.post_message(RunSettled(run, state, self.overview.made_by(run)))

    def judge(self, name: str) -> None:
        """Read the verdict on a version, to show it."""
        self._host.run_worker(partial(self._judged, name), group="verdict", exclusive=True, exit_on_error=False)

    async def _judged(self, name: str) -> None:
        if (known := await self._verdict(name)) is not None:
            self.judged = known
            self._host.post_message(VerdictRead(known))

    def weigh(self, name: str) -> None:
        """Read the verdict on a version that somebody wants to promote."""
        self._host.run_worker(partial(self._weighed, name), group="weigh", exclusive=True, exit_on_error=False)

    async def _weighed(self, name: str) -> None:
        if (known := await self._verdict(name)) is not None:
            self._host.post_message(PromotionWeighed(known))

    async def _verdict(self, name: str) -> Judged | None:
        try:
            return await self._host.database.read(lambda desk: judged(name)(desk.store))
        except TROUBLE as error:
            self._host.post_message(ActionRefused(str(error)))
            return None

    def find_card(self, version: ModelVersion) -> None:
        """Find the card of a version, to show it."""
        self._host.run_worker(partial(self._found_card, version), group="card", exclusive=True, exit_on_error=False)

    async def _found_card(self, version: ModelVersion) -> None:
        try:
            path = await self._host.database.read(lambda desk: card_of(version)(desk.store))
        except TROUBLE as error:
            self._host.post_message(ActionRefused(str(error)))
        else:
            self._host.post_message(CardFound(version.name, path))

    # --- changing ---------------------------------------------------------------------------------

    def tag(self, name: str, tags: tuple[str, ...]) -> None:
        from core.versions.registry import tag

        self._change(lambda store: tag(store, name, tags))

    def delete_version(self, name: str) -> None:
        """Delete a version's files; what it learnt from and how good it was stays in the list."""
        from core.versions.registry import delete

        self._change(lambda store: delete(store, name))

    def delete_run(self, run: Run) -> None:
        """Delete a run that made no version, with its folder."""
        from core.runs.launch import delete

        self._change(lambda store: delete(store, run))

    def _change(self, do: Callable[[Store], object]) -> None:
        self._host.run_worker(partial(self._changed, do), group="change", exit_on_error=False)

    async def _changed(self, do: Callable[[Store], object]) -> None:
        try:
            await self._host.database.do(lambda desk: do(desk.store))
        except TROUBLE as error:
            self._host.post_message(ActionRefused(str(error)))
        await self._read()
