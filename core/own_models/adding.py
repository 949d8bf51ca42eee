"""A model that lies somewhere on this machine becomes one of the person's own.

It is linked to, so another program goes on using it, or copied. A Whisper of Hugging Face's libraries is converted,
which always makes files of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from core.own_models.choosing import choose
from core.own_models.folder import OnProgress, changing, free_place, put, room_for, unheard, usable_name
from core.own_models.recognising import Recognised, recognise
from core.own_models.removing import remove
from core.versions.active import Warn, models_folder, quiet
from models import catalog
from models.catalog import Entry
from models.errors import ModelError
from models.files import belonging
from store.versions import ModelVersion

BLOCK = 4_000_000
"""Bytes that are copied at a time."""


def add(
    data: Path,
    path: Path,
    name: str = "",
    copy: bool = False,
    on_progress: OnProgress = unheard,
    part: str = "",
) -> Entry:
    """Put a model into the models folder, where it can be chosen by its name.

    Args:
        data: the data folder.
        path: a file or folder; of a folder that is no model itself, the one in it.
        name: what it is to be called; as its file or folder without one.
        copy: copy it instead of linking to it.
        part: what a person says that it is for; empty where they do not.

    Raises:
        ModelError: it is no model, cannot be used, is there already, or cannot have that name.
        StoreError: the models folder cannot be written, or the disk is full.
        CoreError: it cannot be converted. Nothing is changed in any case.
    """
    found = recognise(path.expanduser().absolute(), part)
    with changing(data) as folder:
        _refuse_known(found.path, folder)
        called = name or usable_name(found.name)
        place = free_place(folder, found.kind.PART, called)
        put({place: _maker(found, called, copy, on_progress)})
    return catalog.find(found.kind.PART, called, models_folder(data))


def add_and_choose(
    data: Path, path: Path, part: str = "", warn: Warn = quiet, on_progress: OnProgress = unheard
) -> ModelVersion:
    """Use the model at a path from now on; it is added first, if it is not one of the person's own yet.

    Raises:
        As `add` and `choosing.choose` do. Nothing is changed then.
    """
    found = recognise(path.expanduser().absolute(), part)
    if known := _known(found.path, models_folder(data), found.kind.PART):
        return choose(data, known.part, known.name, warn)
    entry = add(data, found.path, on_progress=on_progress, part=part)
    try:
        return choose(data, entry.part, entry.name, warn)
    except BaseException:
        remove(data, entry.part, entry.name)
        raise


def _maker(found: Recognised, name: str, copy: bool, on_progress: OnProgress) -> Callable[[Path], None]:
    """What makes the model under a name that it is given."""
    if found.convert:
        return lambda hidden: _convert(found, hidden, on_progress)
    if found.path.is_dir():
        if not copy:
            return lambda hidden: hidden.symlink_to(found.path.resolve(), target_is_directory=True)
        files = {file.relative_to(found.path).as_posix(): file for file in belonging(found.path)}
    else:
        files = found.files(name)
    return lambda hidden: _copy(files, hidden, on_progress) if copy else _link(files, hidden)


def _link(files: Mapping[str, Path], folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for name, file in files.items():
        (folder / name).symlink_to(file.resolve())


def _copy(files: Mapping[str, Path], folder: Path, on_progress: OnProgress) -> None:
    """Copy files under other names. Raises OSError, and StoreError where there is no room for them."""
    total = sum(file.stat().st_size for file in files.values())
    room_for(folder.parent, total, "make room, or add it without --copy")
    folder.mkdir(mode=0o700)
    done = 0
    for name, file in files.items():
        to = folder / name
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.open("rb") as source, to.open("xb") as target:
            while block := source.read(BLOCK):
                target.write(block)
                done += len(block)
                on_progress(f"copying {name}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB", done / max(1, total))


def _convert(found: Recognised, folder: Path, on_progress: OnProgress) -> None:
    from core.own_models.converting import convert

    convert(found.path, folder, lambda line: on_progress(line, None))
    found.kind.check(folder, found.name)


def _refuse_known(path: Path, folder: Path) -> None:
    """Refuse what is one of the person's own or built in, and the models folder itself. Raises ModelError."""
    real, own = path.resolve(), folder.resolve()
    if own.is_relative_to(real):
        raise ModelError(f"{path} holds your models folder", "name a model", path)
    if known := _known(path, folder):
        where = "built in" if known.starter else "in your models folder already"
        raise ModelError(
            f"{path} is {known.name}, which is {where}", f"choose it with `tertulia models use {known.name}`", path
        )
    if real.is_relative_to(own):
        raise ModelError(f"{path} is in your models folder already", "see `tertulia models list`", path)


def _known(path: Path, folder: Path, part: str = "") -> Entry | None:
    """The model that lies at a path, or is a link to it, if it is built in or one of the person's own."""
    real = path.resolve()
    for entry in catalog.entries(folder):
        own = entry.path is not None and (entry.starter or entry.path.is_relative_to(folder))
        if own and entry.path is not None and entry.path.resolve() == real and part in ("", entry.part):
            return entry
    return None
