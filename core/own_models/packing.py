"""Models as one file for a stick, and back: `core.own_models.pack` has the format.

Every byte is verified on the way back, whatever carried it. Nothing that is there already is written over.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from core.own_models.choosing import part_of
from core.own_models.folder import OnProgress, changing, free_place, put, room_for, unheard
from core.own_models.pack import MANIFEST, PackedFile, PackedModel, manifest, read
from core.own_models.recognising import Recognised
from core.versions.active import check, named
from models import catalog, digests, kinds
from models.errors import ModelError
from models.files import belonging
from store import reasons
from store.files import replacing

BLOCK = 4_000_000
"""Bytes that are read at a time."""
EVERYDAY = "everyday"
"""The name of the set that most people need."""
OTHER = "remove that one first, or have the other one packed under another name"
"""What to do where a model of a pack has the name of another one."""


def pack(data: Path, names: Sequence[str], file: Path, on_progress: OnProgress = unheard) -> list[PackedModel]:
    """Put models of this machine into a file, linked ones with what they are links to.

    Args:
        names: of `tertulia models list`, or everyday.
        file: is made; it must not be there.

    Raises:
        ModelError: there is no such model, it is damaged, or need not be packed.
        StoreError: the file cannot be written.
    """
    file = file.expanduser().absolute()
    if os.path.lexists(file):
        raise ModelError(f"{file} is there already", "choose another name for --out", file)
    models = {(part, name): _files(data, part, name) for name in _named(names) for part in [part_of(data, name)]}
    total = sum(source.stat().st_size for _, sources in models.values() for source in sources.values())
    try:
        room_for(file.parent, total)
        with replacing(file) as hidden, zipfile.ZipFile(hidden, "x", zipfile.ZIP_STORED) as archive:
            report = _counting(total, "packing", on_progress)
            packed = [_packed(archive, *key, *what, report) for key, what in models.items()]
            archive.writestr(MANIFEST, manifest(packed))
    except OSError as error:
        raise reasons.disk(file, error) from error
    return packed


def unpack(
    data: Path, file: Path, on_progress: OnProgress = unheard
) -> tuple[list[PackedModel], list[PackedModel]]:
    """Put the models of a file into the models folder: all of them, or none.

    Returns:
        Those that are there now, and those that were there already, the same to the byte.

    Raises:
        ModelError: it is no pack, is damaged, or holds a model whose name another one has.
        StoreError: the models folder cannot be written, or the disk is full. Nothing is changed in any case.
    """
    file = file.expanduser()
    if not file.is_file():
        raise ModelError(f"There is no pack at {file}", "check the path", file)
    try:
        with file.open("rb") as source, zipfile.ZipFile(source) as archive:
            models = read(file, archive)
            with changing(data) as folder:
                known = [model for model in models if _is_there(folder, model)]
                new = [model for model in models if model not in known]
                total = sum(each.size for model in new for each in model.files)
                room_for(folder, total)
                report = _counting(total, "unpacking", on_progress)
                put(
                    {
                        free_place(folder, model.part, model.name, OTHER): _unpacker(file, archive, model, report)
                        for model in new
                    }
                )
    except zipfile.BadZipFile as error:
        raise ModelError(f"{file} is no pack, or a damaged one", "have it packed again", file) from error
    except OSError as error:
        raise reasons.disk(file, error) from error
    return new, known


def _named(names: Sequence[str]) -> list[str]:
    """Names, each once, with those of a set in its place."""
    sets = {EVERYDAY: [entry.name for entry in catalog.everyday()]}
    return list(dict.fromkeys(name for each in names for name in sets.get(each, [each])))


def _files(data: Path, part: str, name: str) -> tuple[str, dict[str, Path]]:
    """The format of a model and its files, by what they are called in its folder. Raises ModelError."""
    choice = named(data, part, name)
    entry = choice.entry
    if entry.starter:
        raise ModelError(f"{name} is built in", "pack others: it is on every machine already")
    if entry.path is None or choice.sha256:
        raise ModelError(f"{name} was made by a run", "pack others: versions do not travel in packs")
    path = check(choice)
    if path.is_dir():
        return entry.format, {each.relative_to(path).as_posix(): each for each in belonging(path)}
    return entry.format, Recognised(kinds.find(entry.format), path).files(entry.name)


def _packed(
    archive: zipfile.ZipFile,
    part: str,
    name: str,
    form: str,
    sources: dict[str, Path],
    report: Callable[[str, int], None],
) -> PackedModel:
    """A model, once its files are in the zip."""
    files = []
    for called, source in sorted(sources.items()):
        with source.open("rb") as opened, archive.open(f"{part}/{name}/{called}", "w", force_zip64=True) as into:
            size, sha256 = _copy(opened, into, partial(report, called))
        files.append(PackedFile(called, size, sha256))
    return PackedModel(part, name, form, tuple(files))


def _unpacker(
    file: Path, archive: zipfile.ZipFile, model: PackedModel, report: Callable[[str, int], None]
) -> Callable[[Path], None]:
    """What writes a model of a pack under a name that it is given. That raises ModelError where it is damaged."""

    def make(folder: Path) -> None:
        folder.mkdir(mode=0o700)
        for each in model.files:
            to = folder / each.name
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with archive.open(model.entry(each)) as source, to.open("xb") as into:
                _, sha256 = _copy(source, into, partial(report, each.name))
            if sha256 != each.sha256:
                raise ModelError(f"{each.name} of {model.name} in {file} is damaged", "have it packed again", file)
        kind = kinds.find(model.format)
        found = [path for path in (folder, *belonging(folder)) if kind.matches(path)]
        if not found:
            raise ModelError(f"{model.name} in {file} is no {model.part}", "have it packed again", file)
        kind.check(found[0], model.name)

    return make


def _copy(source: IO[bytes], into: IO[bytes], report: Callable[[int], None]) -> tuple[int, str]:
    """Copy a file; gives its size in bytes and its SHA-256. Raises OSError, BadZipFile."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        into.write(block)
        digest.update(block)
        size += len(block)
        report(len(block))
    return size, digest.hexdigest()


def _is_there(folder: Path, model: PackedModel) -> bool:
    """Whether a model is in the models folder already, the same to the byte. Raises OSError."""
    place = folder / model.part / model.name
    here = {path.relative_to(place).as_posix(): path for path in belonging(place)} if place.is_dir() else {}
    if set(here) != {file.name for file in model.files}:
        return False
    return all(
        here[file.name].stat().st_size == file.size and digests.sha256(here[file.name]) == file.sha256
        for file in model.files
    )


def _counting(total: int, doing: str, on_progress: OnProgress) -> Callable[[str, int], None]:
    """What takes that so many more bytes of a file are done, and says how far all is."""
    done = 0

    def report(name: str, count: int) -> None:
        nonlocal done
        done += count
        on_progress(f"{doing} {name}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB", done / max(1, total))

    return report
