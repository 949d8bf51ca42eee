"""What the Train screen reads from the store, each in one go and in a thread: plain values come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from store.runs import Run
from store.versions import ModelVersion

if TYPE_CHECKING:
    from core.runs.snapshot import RunChoice
    from core.runs.worth import Worth
    from core.versions.gate import Report, Verdict
    from store.database import Store


@dataclass(frozen=True, slots=True)
class Overview:
    """All runs and versions, the newest first."""

    runs: tuple[Run, ...] = ()
    versions: tuple[ModelVersion, ...] = ()
    active: ModelVersion | None = None
    before: ModelVersion | None = None
    """Where rolling back leads."""
    alive: frozenset[int] = field(default_factory=frozenset)
    """Runs whose trainer is at work."""

    def run(self, number: int) -> Run | None:
        return next((run for run in self.runs if run.id == number), None)

    def version(self, name: str) -> ModelVersion | None:
        return next((version for version in self.versions if version.name == name), None)

    def made_by(self, run: Run) -> ModelVersion | None:
        return next((version for version in self.versions if version.run == run.id), None)

    @property
    def run_at_work(self) -> Run | None:
        return next((run for run in self.runs if run.id in self.alive), None)

    @property
    def made_here(self) -> tuple[ModelVersion, ...]:
        """The versions that runs made and that are still there, the newest first."""
        return tuple(version for version in self.versions if version.run is not None and not version.deleted)

    @property
    def newest(self) -> ModelVersion | None:
        """The version that was made last."""
        return next(iter(self.made_here), None)

    def in_use(self, version: ModelVersion) -> bool:
        return self.active is not None and self.active.id == version.id

    def beside(self, version: ModelVersion, marked: str) -> ModelVersion | None:
        """What to compare a version with: what is marked, else what is in use, else what it was trained from."""
        candidates = (
            self.version(marked) if marked else None,
            self.active,
            next((one for one in self.versions if one.id == version.base), None),
            *(one for one in self.versions if one.run is None),
        )
        return next((one for one in candidates if one and one.id != version.id and not one.deleted), None)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What training would be, or why it cannot be."""

    worth: Worth | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A version with what is known of its worth."""

    version: ModelVersion
    verdict: Verdict | None
    report: Report | None
    trouble: str = ""
    """Why its figures cannot be read."""


def overview(store: Store) -> Overview:
    """Settle what runs have finished, and read everything. Raises StoreError or TrainingRefused."""
    from core.runs import launch
    from core.versions import registry
    from store.runs import runs

    registry.settle(store)
    found = tuple(runs(store))
    return Overview(
        found,
        tuple(registry.all_versions(store)),
        registry.active(store),
        registry.rollback_target(store),
        frozenset(run.id for run in found if launch.alive(run)),
    )


def prospect(choice: RunChoice) -> Callable[[Store], Prospect]:
    """What training with this choice would be."""

    def read(store: Store) -> Prospect:
        from core.errors import SENTENCES
        from core.runs.worth import worth

        try:
            return Prospect(worth(store, choice))
        except SENTENCES as error:
            return Prospect(refused=str(error))

    return read


def judged(name: str) -> Callable[[Store], Judged]:
    """The verdict on a version. Raises TrainingRefused where there is none of that name."""

    def read(store: Store) -> Judged:
        from core.errors import SENTENCES
        from core.versions import registry

        version = registry.find(store, name)
        try:
            return Judged(version, registry.verdict_of(store, version), registry.report_of(store, version))
        except SENTENCES as error:
            return Judged(version, None, None, str(error))

    return read


def card_of(version: ModelVersion) -> Callable[[Store], Path]:
    """The file with a version's card. Raises TrainingRefused where it has none."""

    def read(store: Store) -> Path:
        from core.runs.errors import TrainingRefused
        from core.versions.model_card import NAME

        card = store.folder / version.folder / NAME
        if not card.is_file():
            raise TrainingRefused(
                f"{version.name} has no card in {card.parent}", "`tertulia runs` writes it anew", place=card
            )
        return card

    return read
