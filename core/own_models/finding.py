"""Models that other programs keep on this machine, and whether they can become one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.own_models.folder import usable_name
from core.own_models.recognising import recognise
from models import catalog
from models.elsewhere import programs, whisper_cpp
from models.elsewhere.seen import Seen
from models.errors import ModelError
from models.files import megabytes
from models.kind import RECOGNISER


@dataclass(frozen=True, slots=True)
class Found:
    """A model that another program keeps."""

    program: str
    name: str
    """What it is called here once it is added, unless a person says otherwise."""
    called: str
    """What that program calls it."""
    path: Path
    part: str
    """recogniser, tutor or voice; empty where it cannot be added."""
    size_mb: int
    why_not: str = ""
    """Why it cannot be added; empty where it can."""

    @property
    def command(self) -> str:
        """What adds it; empty where nothing does."""
        return f"tertulia models add {self.name}" if self.part else ""


def find() -> list[Found]:
    """All of them, those that can be added first. Two that would have one name are told apart by a number."""
    found: list[Found] = []
    taken: dict[str, int] = {}
    for seen in programs.seen():
        name = usable_name(seen.name)
        taken[name] = taken.get(name, 0) + 1
        found.append(_looked_at(seen, name if taken[name] == 1 else f"{name}-{taken[name]}"))
    return sorted(found, key=lambda each: not each.part)


def meant(name: str) -> Found | None:
    """The one that somebody names, as it would be called here or as its own program calls it; None for none."""
    found = find()
    return next((each for each in found if name in (each.name, each.called)), None)


def _looked_at(seen: Seen, name: str) -> Found:
    size = megabytes(seen.path)
    if seen.program == whisper_cpp.PROGRAM:
        return Found(seen.program, name, seen.name, seen.path, "", size, _of_whisper_cpp(seen.name))
    try:
        part = recognise(seen.path).kind.PART
    except ModelError as error:
        return Found(seen.program, name, seen.name, seen.path, "", size, str(error))
    return Found(seen.program, name, seen.name, seen.path, part, size)


def _of_whisper_cpp(name: str) -> str:
    """Why a model of whisper.cpp cannot be added, and which of the catalog is the same: base, large-v3-q5_0."""
    if ".en" in name:
        return "This format is not read here, and it knows only English."
    same = f"whisper-{name.partition('-q')[0]}"
    known = [entry.name for entry in catalog.entries() if entry.part == RECOGNISER and not entry.starter]
    advice = f"tertulia models pull {same}" if same in known else "see `tertulia models list`"
    return f"This format is not read here; the same model can be fetched in one that is: {advice}."
