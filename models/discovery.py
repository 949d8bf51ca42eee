"""Models that already lie on this machine: in the user's models folder and in the Hugging Face cache.

Only what the kinds of models know to be theirs is found (`models.kinds`), and only small settings are opened, to
leave out what is not whole or knows no Spanish. Of the user's own models it is said why they are left out; what
has a hidden name there is on its way in or out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from models.elsewhere.hugging_face import repositories, sorted_glob
from models.errors import ModelError
from models.files import named
from models.kind import PARTS, Description, Kind
from models.kinds import matching


class FoundModel(NamedTuple):
    """A model on this machine that the catalog may or may not know."""

    kind: Kind
    path: Path
    about: Description
    source: str
    """The repository on the hub it came from, or the folder it was found in."""


class LeftOut(NamedTuple):
    """What looks like a model of a kind and cannot be used."""

    part: str
    path: Path
    why: ModelError


OnLeftOut = Callable[[LeftOut], None]


def ignore(model: LeftOut) -> None:
    """Where nobody wants to know."""


def found(folder: Path | None, on_left_out: OnLeftOut = ignore) -> list[FoundModel]:
    """All models on this machine but the starters.

    Args:
        folder: the user's models folder, with a sub-folder for each part; None for none.
        on_left_out: takes those in that folder that cannot be used.
    """
    places = [(part, folder / part) for part in PARTS] if folder else []
    own = [model for part, place in places for model in _below(place, (part,), str(folder), on_left_out)]
    for part, place in places:
        for left in sorted_glob(place, "*"):
            if not left.name.startswith(".") and _leads_nowhere(left):
                on_left_out(LeftOut(part, left, _gone(part, left)))
    return [*own, *_cached()]


def _cached() -> Iterator[FoundModel]:
    """What the Hugging Face cache holds."""
    for source, snapshot in repositories():
        for part in PARTS:
            if model := _model(snapshot, part, source):  # all of the repository is one
                name = named(snapshot, source.rsplit("/", 1)[-1])
                yield model._replace(about=replace(model.about, name=name))
        yield from _below(snapshot, PARTS, source)


def _below(
    folder: Path, parts: tuple[str, ...], source: str, on_left_out: OnLeftOut = ignore
) -> Iterator[FoundModel]:
    """Models of some parts anywhere below a folder."""
    for path in sorted_glob(folder, "**/*"):
        if any(name.startswith(".") for name in path.relative_to(folder).parts):
            continue
        for part in parts:
            if model := _model(path, part, source, on_left_out):
                yield model


def _model(path: Path, part: str, source: str, on_left_out: OnLeftOut = ignore) -> FoundModel | None:
    """The model that a path is; None where it is none or is left out."""
    try:
        if (kind := matching(path, part)) is None:
            return None
        about = kind.describe(path)
        if about.spanish:
            return FoundModel(kind, path, about, source)
        why = ModelError(f"The {part} {about.name} at {path} knows no Spanish", "choose another one", path)
    except ModelError as error:
        why = error
    except OSError as error:
        why = ModelError(f"The {part} at {path} cannot be read ({error.strerror})", "check the file", path)
    on_left_out(LeftOut(part, path, why))
    return None


def _leads_nowhere(place: Path) -> bool:
    """Whether a model is a link, or a folder with one, to what is not there any more."""
    return any(path.is_symlink() and not path.exists() for path in [place, *sorted_glob(place, "*")])


def _gone(part: str, place: Path) -> ModelError:
    remedy = f"put it back there, or give it up with `tertulia models remove {place.name}`"
    return ModelError(f"The {part} {place.name} at {place} is a link to what is not there any more", remedy, place)
