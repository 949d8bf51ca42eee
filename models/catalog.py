"""Which models there are, where they lie on this machine, and whether they are what they claim to be.

Nothing is fetched here (`models.fetching` does that), and nothing is chosen or loaded. A model is known from
`catalog.toml`, which also says of what files it consists (`models.published`), found on this machine
(`models.discovery`), or named by an absolute path; what it is, its kind says (`models.kinds`). Only formats without
executable content are ever loaded (CTranslate2, GGUF, ONNX; the trainer adds safetensors), and the starters only
when their checksums hold.

A speaker of a voice with several is named behind it: `es_ES-sharvard-medium:F`.

`python -m models.catalog --write-checksums` writes the checksums again after the starters were rebuilt.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from models import kinds, published
from models.digests import sha256
from models.discovery import FoundModel, LeftOut, OnLeftOut, found, ignore
from models.errors import ModelError, UnknownModelError
from models.kind import no_speaker
from models.published import CatalogFile
from models.whisper.windows import Windows, from_json

STARTER = Path(__file__).parent / "starter"
CHECKSUMS = "SHA256SUMS"
"""Beside the starters, in the format of sha256sum, so that `sha256sum -c SHA256SUMS` checks them too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model: what it is, and where it lies when it is on this machine."""

    name: str
    part: str
    """recogniser, tutor or voice"""
    format: str
    """The name of its kind."""
    path: Path | None = None
    """The folder (recogniser) or file (tutor, voice); None when it is not on this machine."""
    size_mb: int = 0
    licence: str = "unknown"
    note: str = ""
    starter: bool = False
    memory_mb: int = 0
    """To be expected when it runs; 0 when unknown."""
    languages: tuple[str, ...] = ()
    source: str = ""
    """For a person to read: the repository it comes from, or the folder it was found in."""
    file: str = ""
    """The one file of the repository (of a starter: of its folder) that is the model; empty when all of it is."""
    speaker: str = ""
    """The one that a person named, of a voice with several; empty for the voice's own choice."""
    windows: Windows | None = None
    """In which a recogniser was measured to hear as well as in full ones; None where it was not measured."""
    files: tuple[CatalogFile, ...] = ()
    """Of which it consists, as they were published; empty where nobody vouches for their digests."""

    @property
    def pullable(self) -> bool:
        """Whether it can be fetched by name."""
        return bool(self.files)

    @property
    def installed(self) -> bool:
        """Whether it is on this machine."""
        return self.path is not None


def entries(folder: Path | None = None, on_left_out: OnLeftOut = ignore) -> list[Entry]:
    """Every model known or found: as the catalog has them, starters first, then what else is on this machine.

    Args:
        folder: the user's models folder, with a sub-folder for each part.
        on_left_out: takes those in that folder that cannot be used.
    """
    here = found(folder, on_left_out)
    known = [_located(entry, here, folder) for entry in _catalog()]
    paths = {entry.path for entry in known}
    others: dict[tuple[str, str], Entry] = {}
    for model in here:
        if model.path not in paths:
            others.setdefault((model.kind.PART, model.about.name), _described(model))
    return known + list(others.values())


def find(part: str, name: str, folder: Path | None = None, named_by: str = "") -> Entry:
    """The installed model of that name, which may have a speaker behind it.

    Args:
        folder: the user's models folder, with a sub-folder for each part.
        named_by: where the name comes from, for the sentence where there is none; empty for a person who gave it.

    Raises:
        ModelError: no such model or speaker, or it is not on this machine; the sentence says what to do.
    """
    left_out: list[LeftOut] = []
    known: dict[str, Entry] = {}
    for entry in entries(folder, left_out.append):
        if entry.part == part:
            known.setdefault(entry.name, entry)
    model, speaker = name, ""
    if name not in known and ":" in name:
        model, _, speaker = name.rpartition(":")
    meant = known.get(model)
    if meant and meant.installed:
        return _speaking(meant, speaker) if speaker else meant
    for each in left_out:
        if each.part == part and model in (each.path.name, each.path.stem):
            raise each.why
    if meant:
        raise ModelError(f"The {part} {meant.name} is not on this machine", _remedy(meant, folder))
    asked = f" (named by {named_by})" if named_by else ""
    installed = ", ".join(entry.name for entry in known.values() if entry.installed) or "none is installed"
    raise UnknownModelError(
        f"There is no {part} called {name!r}{asked}",
        f"choose one of this machine ({installed}), or put it into {_place(part, folder)}",
    )


def at(path: Path, part: str) -> Entry:
    """The model at an absolute path that somebody named, which may have a speaker behind it.

    Raises:
        ModelError: there is none, of no known kind, or no such speaker.
    """
    try:
        return _at(path, part)
    except OSError as error:
        raise ModelError(
            f"The {part} at {path} cannot be read ({error.strerror})", "check the path", path
        ) from error


def _at(path: Path, part: str) -> Entry:
    if not path.exists():
        bare, _, speaker = str(path).rpartition(":")
        if bare and speaker and Path(bare).exists():
            return _speaking(_at(Path(bare), part), speaker)
        raise ModelError(f"There is no {part} at {path}", "check the path", path)
    if (kind := kinds.matching(path, part)) is None:
        raise ModelError(f"{path} is not a {part}", f"name {kinds.files(part)}", path)
    return _described(FoundModel(kind, path, kind.describe(path), str(path.parent)))


def speakers(entry: Entry) -> tuple[str, ...]:
    """Who can be chosen in an installed voice, its own choice first; empty where there is nothing to choose."""
    try:
        return kinds.find(entry.format).describe(entry.path).speakers if entry.path else ()
    except (ModelError, OSError):
        return ()  # what is wrong with it is said where it is used


def _speaking(entry: Entry, speaker: str) -> Entry:
    """A voice with the speaker that a person named. Raises ModelError where it has none of that name."""
    known = speakers(entry)
    if speaker not in known:
        raise no_speaker(f"The {entry.part} {entry.name}", speaker, known)
    return replace(entry, speaker=speaker)


def known() -> list[Entry]:
    """What the catalog has: nothing is said of what is on this machine."""
    return list(_catalog())


def everyday() -> list[Entry]:
    """What most people need, and `make run` fetches: nothing is said of what is on this machine."""
    by_name = {entry.name: entry for entry in _catalog()}
    return [by_name[name] for name in _file()["sets"]["everyday"]]


def starter(part: str) -> Entry:
    """The starter of a part, which ships with the project."""
    return next(_located(entry, [], None) for entry in _catalog() if entry.part == part and entry.starter)


def verify(entry: Entry) -> Path:
    """Where a model lies that is whole and of a kind that may be loaded.

    Raises:
        ModelError: a file is missing, has the wrong checksum (starters), or is not of its kind.
    """
    if entry.path is None:
        raise ModelError(f"The {entry.part} {entry.name} is not on this machine", _remedy(entry, None))
    if entry.starter:
        _verify_checksums(entry)
    kinds.find(entry.format).check(entry.path, entry.name)
    return entry.path


def write_checksums(starter: Path = STARTER) -> int:
    """Note the checksum of every starter file (model cards aside); returns how many there are."""
    files = sorted(path for path in starter.glob("*/**/*") if path.is_file() and path.suffix != ".md")
    lines = [f"{sha256(path)}  {path.relative_to(starter).as_posix()}\n" for path in files]
    (starter / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    return len(lines)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8"))


@cache
def _catalog() -> tuple[Entry, ...]:
    return tuple(
        Entry(
            name=item["name"],
            part=item["part"],
            format=item["format"],
            size_mb=item["size_mb"],
            licence=item["licence"],
            note=item["note"],
            starter="path" in item,
            memory_mb=item["memory_mb"],
            languages=tuple(item["languages"]),
            source=item.get("path") or item["repository"],
            file=item.get("file", ""),
            files=published.files(item),
            windows=from_json(item["windows"]) if "windows" in item else None,
        )
        for item in _file()["model"]
    )


def _located(entry: Entry, here: list[FoundModel], folder: Path | None) -> Entry:
    """The entry with its path, when its model is on this machine."""
    if entry.starter:
        path = STARTER / entry.source / entry.file
        return replace(entry, path=path if path.exists() else None)
    fetched = _places(entry, folder) if folder else ()
    for model in here:
        if model.path in fetched and entry.format == model.kind.FORMAT:
            return replace(entry, path=model.path)
    for model in here:
        same_file = model.path.name == Path(entry.file).name or not entry.file
        same = model.about.name == entry.name or (model.source == entry.source and same_file)
        if entry.format == model.kind.FORMAT and same:
            return replace(entry, path=model.path)
    return entry


def _places(entry: Entry, folder: Path) -> tuple[Path, Path]:
    """Where it lies once it was fetched: its folder there, or the one file of it that is the model."""
    own = folder / entry.part / entry.name
    return own, own / Path(entry.file).name


def _described(model: FoundModel) -> Entry:
    """A model that the catalog does not know."""
    return Entry(
        model.about.name,
        model.kind.PART,
        model.kind.FORMAT,
        model.path,
        model.about.size_mb,
        model.about.licence,
        languages=model.about.languages,
        source=model.source,
        note="Found on this machine.",
    )


def _remedy(entry: Entry, folder: Path | None) -> str:
    if entry.starter:
        return "restore models/starter from the project's repository, or build it anew with `make starter`"
    if entry.pullable:
        return f"fetch it with `tertulia models pull {entry.name}`"
    what = f"the file {entry.file} of" if entry.file else "the files of"
    return f"put {what} https://huggingface.co/{entry.source} into {_place(entry.part, folder)}/{entry.name}"


def _place(part: str, folder: Path | None) -> str:
    """Where a person's own models of a part are looked for."""
    return f"{folder or 'the models folder of the data'}/{part}"


def _verify_checksums(entry: Entry) -> None:
    """Compare every file of a starter with the checksum that was noted for it."""
    noted = _noted_checksums()
    folder = STARTER / entry.source
    mine = {name: checksum for name, checksum in noted.items() if (STARTER / name).is_relative_to(folder)}
    if not mine:
        raise ModelError(
            f"{STARTER / CHECKSUMS} has no checksums for {entry.name}", _remedy(entry, None), STARTER / CHECKSUMS
        )
    for name, checksum in mine.items():
        file = STARTER / name
        if not file.is_file():
            raise ModelError(f"The {entry.part} {entry.name} lacks {file}", _remedy(entry, None), file)
        if sha256(file) != checksum:
            raise ModelError(f"{file} of {entry.name} has the wrong checksum", _remedy(entry, None), file)


def _noted_checksums() -> dict[str, str]:
    try:
        lines = (STARTER / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}


if __name__ == "__main__":
    if sys.argv[1:] != ["--write-checksums"]:
        sys.exit("usage: python -m models.catalog --write-checksums")
    print(f"{write_checksums()} checksums written to {STARTER / CHECKSUMS}")
