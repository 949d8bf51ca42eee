"""Checkpoints that are whole or not there.

A checkpoint is a folder: tensors as safetensors (nothing that could run code when it is loaded), the state
as JSON, and a manifest with the hash of each file. It is written under a temporary name, flushed to the disk
and renamed, so a process that dies leaves at most a temporary folder. What a disk did to it afterwards the
hashes tell, and then the one before it is taken.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from trainer.contract.errors import CheckpointError

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Checkpoint:
    """A whole one."""

    path: Path
    step: int
    state: dict[str, Any]

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        """One group of tensors by name, in memory."""
        from safetensors.torch import load_file

        return dict(load_file(str(self.path / f"{name}.safetensors")))


def write(
    folder: Path, step: int, groups: Mapping[str, Mapping[str, torch.Tensor]], state: Mapping[str, Any]
) -> Path:
    """Write the checkpoint of a step and return its folder; safe on disk on return.

    Raises:
        OSError: a full or read-only disk; nothing is left behind then.
    """
    from safetensors.torch import save_file

    with arriving(folder / f"step-{step:08d}") as temporary:
        for name, tensors in groups.items():
            own = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
            save_file(own, str(temporary / f"{name}.safetensors"))
        (temporary / "state.json").write_text(json.dumps({"step": step, **state}), encoding="utf-8")
        hashes = {path.name: _hash(path) for path in sorted(temporary.iterdir())}
        (temporary / MANIFEST).write_text(json.dumps(hashes), encoding="utf-8")
    return folder / f"step-{step:08d}"


@contextmanager
def arriving(final: Path) -> Iterator[Path]:
    """A temporary folder that becomes `final` when the block ends well, and vanishes when it does not.

    Every file is on the disk before the name is, and an older folder of that name goes only then.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary, old = final.with_name(f"tmp-{final.name}"), final.with_name(f"tmp-old-{final.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        settle(temporary, final, old)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def settle(temporary: Path, final: Path, old: Path | None = None) -> None:
    """Give a folder whose files are all there its name, once they are on the disk.

    Args:
        old: becomes the name of what has been at `final`.
    """
    for path in (*sorted(temporary.rglob("*")), temporary):
        _sync(path)
    if old is not None and final.exists():
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
    temporary.rename(final)
    _sync(final.parent)


def put(path: Path, body: Mapping[str, Any]) -> None:
    """Write a JSON file that is whole or not there; safe on disk on return. Raises OSError."""
    temporary = path.with_name(f"tmp-{path.name}")
    try:
        temporary.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
        _sync(temporary)
        temporary.rename(path)
        _sync(path.parent)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def at(folder: Path, step: int) -> Checkpoint | None:
    """The checkpoint of a step, if it is whole."""
    path = folder / f"step-{step:08d}"
    try:
        hashes = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if any(_hash(path / name) != wanted for name, wanted in hashes.items()):
            return None
        state = json.loads((path / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, AttributeError):
        return None
    return Checkpoint(path, step, state)


def steps(folder: Path) -> list[int]:
    """Steps that have a checkpoint, whole or not, in order."""
    if not folder.is_dir():
        return []
    names = (re.fullmatch(r"step-(\d{8})", path.name) for path in folder.iterdir())
    return sorted(int(name.group(1)) for name in names if name)


def newest(folder: Path) -> tuple[Checkpoint | None, list[Path]]:
    """The newest whole checkpoint, if any, and the broken ones after it that were skipped."""
    skipped: list[Path] = []
    for step in reversed(steps(folder)):
        if (found := at(folder, step)) is not None:
            return found, skipped
        skipped.append(folder / f"step-{step:08d}")
    return None, skipped


def prune(folder: Path, keep: int, best: int | None) -> None:
    """Remove all but the `keep` newest and the best, and what dying processes left."""
    for step in steps(folder)[:-keep]:
        if step != best:
            shutil.rmtree(folder / f"step-{step:08d}", ignore_errors=True)
    for path in folder.glob("tmp-*"):
        shutil.rmtree(path, ignore_errors=True)


def same_job(checkpoint: Checkpoint, hashes: Mapping[str, str]) -> None:
    """Refuse to go on with another job or other data than the checkpoint's. Raises CheckpointError."""
    for name, wanted in hashes.items():
        if checkpoint.state.get(name) != wanted:
            raise CheckpointError(
                f"The {name} of {checkpoint.path.parent.parent} was changed after the run began",
                "put it back as it was, or start a new run",
            )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Make a file or folder safe on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
