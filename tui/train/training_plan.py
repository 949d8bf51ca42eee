"""What would be trained next: what was chosen of it, and what it would bring and take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.message import Message

from core.errors import SENTENCES
from tui.shell.host import DatabaseHost
from tui.train.reads import Prospect, prospect

if TYPE_CHECKING:
    from core.runs.snapshot import RunChoice

AUTO = "auto"


@dataclass
class ChoiceChanged(Message, bubble=False):
    """Something else would be trained; what that brings is being found out."""


@dataclass
class ProspectRead(Message, bubble=False):
    """It was found out what training would be, or why it cannot be."""

    prospect: Prospect


class TrainingPlan:
    """The next run, before it is one."""

    def __init__(self, host: DatabaseHost) -> None:
        self.preset = AUTO
        self.base = ""
        """Name of the version to train from; empty for what the recogniser in use was first made from."""
        self.knobs: dict[str, Any] = {}
        """Of job.json, in the place of the preset's."""
        self.prospect: Prospect | None = None
        """None while it is being found out."""
        self._host = host

    @property
    def ready(self) -> bool:
        """Whether this can be trained."""
        return self.prospect is not None and self.prospect.worth is not None

    @property
    def choice(self) -> RunChoice:
        from core.runs.snapshot import RunChoice

        return RunChoice(base=self.base, preset=self.preset, knobs=self.knobs)

    @property
    def preset_text(self) -> str:
        """The preset's name and what it is about."""
        from core.runs.presets import PRESETS

        worth = None if self.prospect is None else self.prospect.worth
        found = PRESETS.get(self.preset if worth is None else worth.snapshot.preset.name)
        if found is None:
            return self.preset
        chosen = ", chosen by how much there is" if self.preset == AUTO else ""
        return f"{found.title}{chosen}. {found.about}"

    def other_preset(self, step: int) -> None:
        """Take the preset that stands so many places further."""
        from core.runs.presets import PRESETS

        names = (AUTO, *PRESETS)
        self.preset = names[(names.index(self.preset) + step) % len(names)]
        self._change()

    def other_base(self, versions: Sequence[str]) -> None:
        """Start from the next of these, or from what the recogniser in use was first made from."""
        names = ["", *versions]
        self.base = names[(names.index(self.base) + 1) % len(names)] if self.base in names else ""
        self._change()

    def _change(self) -> None:
        self.prospect = None
        self._host.post_message(ChoiceChanged())
        self.look_ahead()

    def look_ahead(self) -> None:
        """Find out what training would be, as things are now."""
        self._host.run_worker(
            partial(self._look, self.choice), group="prospect", exclusive=True, exit_on_error=False
        )

    async def _look(self, choice: RunChoice) -> None:
        try:
            self.prospect = await self._host.database.read(lambda desk: prospect(choice)(desk.store))
        except SENTENCES as error:
            self.prospect = Prospect(refused=str(error))
        self._host.post_message(ProspectRead(self.prospect))
