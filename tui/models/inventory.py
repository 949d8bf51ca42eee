"""All models there are, as the Models screen shows them: read in a thread, for folders are looked through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.own_models import memory
from core.own_models.finding import Found, find
from core.own_models.memory import UNKNOWN, Memory, fit, needed_mb
from core.versions.active import PARTS, asked_for, models_folder
from core.versions.listing import Listed, listing
from models import catalog
from models.catalog import Entry
from models.discovery import LeftOut

IN_USE, HERE, ELSEWHERE, TO_FETCH, BY_HAND, BROKEN = "in use", "here", "found", "to fetch", "by hand", "broken"
STATES = (IN_USE, HERE, ELSEWHERE, TO_FETCH, BY_HAND, BROKEN)
"""In the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model."""

    entry: Entry
    state: str
    needs_mb: int = 0
    """Memory to be expected when it runs."""
    fit: str = ""
    """FITS, TIGHT, TOO_BIG of `core.own_models.memory`; empty where nobody knows."""
    speakers: tuple[str, ...] = ()
    program: str = ""
    """The one that keeps it, where it was found."""
    links_to: str = ""
    """Where its files really are, where the path is a link."""
    own: bool = False
    """It lies in the person's models folder, and can be removed."""
    why_not: str = ""
    """Why it cannot be used."""

    @property
    def key(self) -> str:
        """What it is told apart by."""
        return f"{self.entry.part}|{self.state in (ELSEWHERE, BROKEN)}|{self.entry.path or self.entry.name}"

    @property
    def trial(self) -> str:
        """What a trial of it is told apart by: of a voice, who speaks."""
        return f"{self.key}:{self.entry.speaker}"

    @property
    def here(self) -> bool:
        """Whether it can be tried without being fetched."""
        return self.state in (IN_USE, HERE, ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is to see."""

    rows: tuple[ModelRow, ...] = ()
    memory: Memory = UNKNOWN
    everyday: tuple[Entry, ...] = ()
    """The set that most people need."""
    warnings: tuple[str, ...] = ()
    """What should be in use and cannot."""
    forced: dict[str, str] = field(default_factory=dict)
    """Part → what its environment variable names, which goes before every choice."""

    def row(self, key: str) -> ModelRow | None:
        return next((row for row in self.rows if row.key == key), None)

    def of(self, part: str) -> list[ModelRow]:
        return [row for row in self.rows if row.entry.part == part]

    def named(self, part: str, name: str) -> ModelRow | None:
        """The one of that name, here before anywhere else."""
        return next((row for row in self.of(part) if row.entry.name == name), None)

    def in_use(self, part: str) -> ModelRow | None:
        return next((row for row in self.of(part) if row.state == IN_USE), None)

    @property
    def deaf(self) -> bool:
        """Whether the starter listens, which understands no people."""
        listening = self.in_use(PARTS[0])
        return listening is not None and listening.entry.starter

    @property
    def everyday_missing(self) -> tuple[Entry, ...]:
        """Those of the everyday set that are not on this machine."""
        return tuple(entry for entry in self.everyday if not self._is_here(entry))

    @property
    def everyday_idle(self) -> tuple[Entry, ...]:
        """Those that are here while the starter is in use."""
        idle = []
        for entry in self.everyday:
            now = self.in_use(entry.part)
            if self._is_here(entry) and (now is None or now.entry.starter):
                idle.append(entry)
        return tuple(idle)

    def _is_here(self, entry: Entry) -> bool:
        row = self.named(entry.part, entry.name)
        return row is not None and row.entry.installed


def take(data: Path, elsewhere: Sequence[Found]) -> Inventory:
    """Look at everything.

    Args:
        data: the data folder.
        elsewhere: what other programs keep, by `found_elsewhere`.
    """
    said: list[str] = []
    left_out: list[LeftOut] = []
    listed = listing(data, said.append, left_out.append)
    have = memory.of_this_machine()
    rows = [_row(model, data, have) for model in listed]
    known = {row.entry.path.resolve() for row in rows if row.entry.path is not None}
    rows += [_found(one, have) for one in elsewhere if one.path.resolve() not in known]
    rows += [_broken(one, data) for one in left_out]
    everyday = tuple(catalog.everyday())
    rows.sort(key=lambda row: _order(row, {entry.name for entry in everyday}))
    forced = {part: asked_for(part) for part in PARTS if asked_for(part)}
    return Inventory(tuple(rows), have, everyday, tuple(said), forced)


def found_elsewhere() -> list[Found]:
    """What other programs keep on this machine; it may take seconds."""
    return find()


def _row(model: Listed, data: Path, have: Memory) -> ModelRow:
    entry = model.entry
    needed = needed_mb(entry)
    path = entry.path
    away = TO_FETCH if entry.pullable else BY_HAND
    state = away if path is None else IN_USE if model.in_use else HERE
    return ModelRow(
        entry,
        state,
        needed,
        fit(needed, have, model.in_use),
        model.speakers,
        links_to=str(model.link or ""),
        own=path is not None and path.is_relative_to(models_folder(data)),
    )


def _found(one: Found, have: Memory) -> ModelRow:
    entry = Entry(one.name, one.part or PARTS[1], "", one.path, one.size_mb, source=one.program)
    if one.why_not or not one.part:
        return ModelRow(entry, BROKEN, program=one.program, why_not=one.why_not)
    needed = needed_mb(entry)
    return ModelRow(entry, ELSEWHERE, needed, fit(needed, have), program=one.program)


def _broken(left: LeftOut, data: Path) -> ModelRow:
    """One of the person's own that cannot be used."""
    entry = Entry(left.path.name, left.part, "", left.path)
    return ModelRow(entry, BROKEN, own=left.path.is_relative_to(models_folder(data)), why_not=str(left.why))


def _order(row: ModelRow, everyday: set[str]) -> tuple[int, int, bool, int, str]:
    entry = row.entry
    place = PARTS.index(entry.part), STATES.index(row.state), entry.name not in everyday
    return (*place, entry.size_mb if row.state == TO_FETCH else 0, entry.name.lower())
