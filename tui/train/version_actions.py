"""The second layer of the Train screen: what became of a run, and which version is in use.

Nothing is promoted by itself. A version that was proven better is promoted by one key, and rolled back by
another; any other only by somebody who writes that it must be so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from core.errors import SENTENCES, TROUBLE
from store.runs import Run
from store.versions import ModelVersion
from tui.messages import PromotionEnded
from tui.train.reads import Judged, judged
from tui.train.run_follower import RunFollowingScreen

if TYPE_CHECKING:
    from store.database import Store


class VersionActionsScreen(RunFollowingScreen):
    """A screen on which versions are judged, promoted, compared and deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.judged: Judged | None = None
        """The version whose verdict is shown."""
        self.marked = ""
        """Name of the version that others are compared with."""

    # --- what keys work on: the layer above says ----------------------------------------------------

    @property
    def chosen_version(self) -> ModelVersion | None:
        """The version that keys work on just now."""
        raise NotImplementedError

    @property
    def chosen_run(self) -> Run | None:
        """The run in the list that keys work on just now."""
        raise NotImplementedError

    def verdict_read(self) -> None:
        """The verdict on another version was read, or the same one again."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        version, active = self.chosen_version, self.overview.active
        here = version is not None and not version.deleted
        match action:
            case "promote":
                in_use = version is not None and active is not None and version.id == active.id
                return here and not in_use and not self.tertulia.is_promoting
            case "roll_back":
                return self.overview.before is not None and not self.tertulia.is_promoting
            case "mark" | "tag" | "compare":
                return here
            case "card":
                return here and version is not None and version.run is not None
            case "delete":
                return here or self.chosen_run is not None
            case _:
                return super().check_action(action, parameters)

    # --- the verdict ------------------------------------------------------------------------------

    @work(group="verdict", exclusive=True, exit_on_error=False)
    async def judge(self, name: str) -> None:
        try:
            self.judged = await self.worker.read(lambda desk: judged(name)(desk.store))
        except SENTENCES as error:
            self.tertulia.tell(str(error), "error")
            return
        self.verdict_read()

    # --- which version is in use ------------------------------------------------------------------

    def action_promote(self) -> None:
        """Promote the version; one that is not proven better only when somebody writes so."""
        version = self.chosen_version
        if version is not None:
            self.run_worker(self._promote(version), group="judge", exit_on_error=False)

    async def _promote(self, version: ModelVersion) -> None:
        from tui.shell.confirm import Confirm
        from tui.train.dialogs import Force

        try:
            known = await self.worker.read(lambda desk: judged(version.name)(desk.store))
        except SENTENCES as error:
            self.tertulia.tell(str(error), "error")
            return
        if known.verdict is not None and known.verdict.promotable:
            self.tertulia.promote(version.name)
            self.show_keys()
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.tertulia.promote(version.name, force=version.run is not None)
                self.show_keys()

        if version.run is None:  # a model of the catalog, which is where everybody begins
            text = "It has learnt nothing from your corrections. You can roll back at any time."
            self.app.push_screen(Confirm(f"Promote {version.name}?", text), answered)
        else:
            why = known.verdict.sentence if known.verdict is not None else known.trouble
            self.app.push_screen(Force(version.name, why or "It was never tested."), answered)

    def action_keep(self) -> None:
        name = self.overview.active.name if self.overview.active is not None else "The present ear"
        self.tertulia.tell(f"{name} stays in use; the new version is in the list of versions.", "information")

    def action_roll_back(self) -> None:
        """Ask, then go back to the version that was in use before."""
        from tui.shell.confirm import Confirm

        before = self.overview.before
        if before is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.tertulia.roll_back()
                self.show_keys()

        text = "It was in use before. Nothing is lost: you can promote the present one again."
        self.app.push_screen(Confirm(f"Roll back to {before.name}?", text), answered)

    async def on_promotion_ended(self, message: PromotionEnded) -> None:
        """Another version is in use, or the same one still."""
        if self._worker is None:
            return
        await self.renew()
        if not message.trouble and self.is_current:
            self.tertulia.tell(
                f"{message.version} is in use now. The rest of the queue is transcribed again with it.",
                "information",
            )

    # --- versions and runs --------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Compare others with this one, or no longer."""
        version = self.chosen_version
        if version is not None:
            self.marked = "" if self.marked == version.name else version.name
            self.overview_read()

    def action_compare(self) -> None:
        """Open two versions side by side."""
        from tui.train.compare_screen import CompareScreen

        version = self.chosen_version
        other = self._other(version) if version is not None else None
        if version is None or self.tertulia.data is None:
            return
        if other is None:
            self.tertulia.tell("Mark another version first (space): two are needed.", "warning")
            return
        first, second = sorted((version, other), key=lambda one: one.id)
        self.app.push_screen(CompareScreen(first.name, second.name, self.worker))

    def _other(self, version: ModelVersion) -> ModelVersion | None:
        """What to compare with: what is marked, else what is in use, else what it was trained from."""
        active, base = self.overview.active, version.base
        candidates = (
            self.overview.version(self.marked) if self.marked else None,
            active,
            next((one for one in self.overview.versions if one.id == base), None),
            *(one for one in self.overview.versions if one.run is None),
        )
        return next((one for one in candidates if one and one.id != version.id and not one.deleted), None)

    def action_tag(self) -> None:
        """Ask for the version's tags."""
        from core.versions.registry import tag
        from tui.train.dialogs import Tags

        version = self.chosen_version
        if version is None:
            return

        def chosen(tags: tuple[str, ...] | None) -> None:
            if tags is not None:
                self._change(lambda store: tag(store, version.name, tags))

        self.app.push_screen(Tags(version.name, version.tags), chosen)

    def action_delete(self) -> None:
        """Ask, then delete the version or run that is chosen."""
        from core.runs import launch
        from core.versions import registry
        from tui.shell.confirm import Confirm

        version, run = self.chosen_version, self.chosen_run
        doomed: Callable[[Store], object]
        if version is not None:
            name, text = version.name, "Its files go; what it learnt from and how good it was stays in the list."
            doomed = lambda store: registry.delete(store, version.name)  # noqa: E731 - the other branch has one too
        elif run is not None:
            name, text = f"run {run.id}", "Its folder goes, with curve, log and checkpoints. Corrections stay."
            doomed = lambda store: launch.delete(store, run)  # noqa: E731
        else:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._change(doomed)

        self.app.push_screen(Confirm(f"Delete {name}?", text), answered)

    def _change(self, do: Callable[[Store], object]) -> None:
        self.run_worker(self._changed(do), group="change", exit_on_error=False)

    async def _changed(self, do: Callable[[Store], object]) -> None:
        try:
            await self.worker.do(lambda desk: do(desk.store))
        except TROUBLE as error:
            self.tertulia.tell(str(error), "error")
        self.tertulia.renew_standing()
        await self.renew()

    def action_card(self) -> None:
        version = self.chosen_version
        if version is not None and self.tertulia.data is not None:
            self.run_worker(
                self._card(version.name, self.tertulia.data / version.folder), group="judge", exit_on_error=False
            )

    async def _card(self, name: str, folder: Path) -> None:
        from core.versions import model_card
        from tui.shell.text_view import TextView

        card = folder / model_card.NAME
        if await asyncio.to_thread(card.is_file):
            self.app.push_screen(TextView(f"Card of {name}", card))
        else:
            self.tertulia.tell(f"{name} has no card in {folder}.", "warning")
