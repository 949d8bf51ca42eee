"""Checkpoints that are whole or not there.

A checkpoint is a folder: tensors as safetensors (nothing that could run code when it is loaded), the state
as JSON, and a manifest with the hash of each file. It is written under a temporary name, flushed to the disk
and renamed, so a process that dies leaves at most a temporary folder. What a disk did to it afterwards the
hashes tell, and then the one before it is taken.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from trainer.contract.errors import CheckpointError
from trainer.files import replacing_folder

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

    with replacing_folder(folder / f"step-{step:08d}") as temporary:
        for name, tensors in groups.items():
            own = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
            save_file(own, str(temporary / f"{name}.safetensors"))
        (temporary / "state.json").write_text(json.dumps({"step": step, **state}), encoding="utf-8")
        hashes = {path.name: _hash(path) for path in sorted(temporary.iterdir())}
        (temporary / MANIFEST).write_text(json.dumps(hashes), encoding="utf-8")
    return folder / f"step-{step:08d}"


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
