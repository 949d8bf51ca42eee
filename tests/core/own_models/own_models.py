"""A person's data folder and models that lie beside it, as other programs or a browser leave them."""

from __future__ import annotations

import shutil
from pathlib import Path

from core.versions.active import models_folder
from tests import starters


def tutor(folder: Path, name: str = "mine.gguf") -> Path:
    """A tutor that works: the starter's file under another name."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(starters.path("tutor"), folder / name))


def voice(folder: Path, name: str = "mine") -> Path:
    """A Piper voice that works."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in ("", ".json"):
        shutil.copy(f"{starters.path('voice')}{suffix}", folder / f"{name}.onnx{suffix}")
    return folder / f"{name}.onnx"


def recogniser(folder: Path) -> Path:
    """A CTranslate2 Whisper that works."""
    return Path(shutil.copytree(starters.path("recogniser"), folder))


def tree(data: Path) -> dict[str, int | str]:
    """Everything in the models folder but its lock, with sizes of files and what links lead to."""
    folder = models_folder(data)
    found: dict[str, int | str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file() and path.name != ".lock":
            found[name] = path.stat().st_size
    return found
