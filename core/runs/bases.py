"""What a training starts from: a Whisper in Hugging Face format, which is not the form that the app listens with.

CTranslate2's folders hold rounded weights that nothing can be trained on, so for the recogniser in use the folder
it was made from is looked for: the starter's ships with the project, a version of ours has its own beside it, and a
real Whisper's may lie in the models folder or in the cache of the Hugging Face libraries. Nothing is fetched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.runs.errors import TrainingRefused
from core.versions.active import RECOGNISER, asked_for, chosen_name, models_folder, of_catalog
from models.elsewhere.hugging_face import hub_cache
from models.errors import ModelError
from store.database import Store
from store.text import clean, shown
from store.versions import ModelVersion, version, version_named
from trainer.contract.folder import TRAINABLE
from trainer.contract.job import BASE_FILES, knobs_in

SMALL = 10_000_000
"""Parameters below which a network learns like the starter: fast, and at a high rate."""


@dataclass(frozen=True)
class Base:
    """A Whisper to start from."""

    name: str
    folder: Path
    """Absolute, in Hugging Face format."""
    version: int | None
    """Of ours or of the catalog; None where no version has that name."""

    @cached_property
    def config(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "config.json").read_text(encoding="utf-8")))

    @property
    def positions(self) -> int:
        """How long a text its decoder can hold, prompt included."""
        return int(self.config.get("max_target_positions", 448))

    @property
    def parameters(self) -> int:
        """About how many weights it has, by the sizes of its layers."""
        config = self.config
        width = int(config["d_model"])
        encoder = int(config["encoder_layers"]) * (4 * width + 2 * int(config["encoder_ffn_dim"]))
        decoder = int(config["decoder_layers"]) * (8 * width + 2 * int(config["decoder_ffn_dim"]))
        return width * (encoder + decoder + int(config["vocab_size"]))

    @property
    def small(self) -> bool:
        return self.parameters < SMALL

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.glob("*.safetensors"))


def resolve(store: Store, named: str = "") -> Base:
    """The base that is meant: a version, a model of the catalog or of this machine, or a folder.

    Args:
        named: its name or path; without one, what the recogniser in use was made from, in the beginning.

    Raises:
        TrainingRefused: there is none, or not in a form that can be trained.
    """
    name = named.strip() or _origin(store)
    try:
        return _named(store, name)
    except OSError as error:  # a folder that may not be read, a name that is too long for one
        raise TrainingRefused(
            f"The base {clean(name[:200])} cannot be read ({error.strerror})", "check the path, or choose another"
        ) from error


def _named(store: Store, name: str) -> Base:
    """The base of that name or path. Raises TrainingRefused or OSError."""
    if known := version_named(store, RECOGNISER, name):
        return _of_version(store, known)
    path = _path(name)
    if path.is_absolute() or path.is_dir():
        return _checked(Base(path.name, _trainable(path.absolute(), "") or path.absolute(), None))
    if name.count("/") == 1:
        folder = _cached(name)
        if folder is None:
            raise TrainingRefused(
                f"“{clean(name)}” is a name on the Hugging Face hub, and not on this machine",
                "nothing is fetched while you train, so name a folder that holds it",
            )
        return _checked(Base(name.split("/")[1], folder, None))
    return _of_catalog(store, name)


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # ~ of somebody whom this machine does not know
        return Path(name)


def _origin(store: Store) -> str:
    """The name or folder of what the recogniser in use was made from, in the beginning."""
    name = chosen_name(store, RECOGNISER)
    known = version_named(store, RECOGNISER, name)
    if known is None:
        asked = asked_for(RECOGNISER)
        return asked if Path(asked).is_absolute() else name
    while known.base is not None:
        known = version(store, known.base)
    if known.run is None:
        return known.name
    # A version whose ancestor is no version: its job says what it came from.
    job = knobs_in((store.folder / known.folder).parent)  # it outlives the version
    return str(job.get("base") or known.name)


def _of_version(store: Store, known: ModelVersion) -> Base:
    if known.run is None:
        return _of_catalog(store, known.name, known.id)
    if known.deleted:
        raise TrainingRefused(f"The version {known.name} was deleted", "choose another base")
    return _checked(Base(known.name, store.folder / known.folder / TRAINABLE, known.id))


def _of_catalog(store: Store, name: str, number: int | None = None) -> Base:
    try:
        choice = of_catalog(store.folder, RECOGNISER, name)
    except ModelError as error:
        raise TrainingRefused(error.what, error.remedy, error.place) from error
    place = models_folder(store.folder) / RECOGNISER / f"{choice.name}-hf"
    original = _original(choice.entry.source)
    folder = _trainable(choice.path, original) or (place if _whole(place) else None)
    if folder is None:
        where = (
            f"the files of https://huggingface.co/{original} into" if original else "the folder it was made from at"
        )
        raise TrainingRefused(
            f"The recogniser {choice.name} is here only in the form that listens (CTranslate2), which cannot be "
            "trained",
            f"put {where} {shown(place)}, or name the folder in Hugging Face format with --base",
        )
    return _checked(Base(choice.name, folder, number))


def _trainable(path: Path, original: str) -> Path | None:
    """The folder in Hugging Face format that is this one, or lies beside it, or is in the cache."""
    beside = [path, path.with_name(path.name.removesuffix("-ct2")), path.with_name(f"{path.name}-hf")]
    found = next((folder for folder in beside if _whole(folder)), None)
    return found or (_cached(original) if original else None)


def _original(source: str) -> str:
    """The repository that a CTranslate2 one was made from, by the names that are in use; empty for others."""
    name = source.rsplit("/", 1)[-1]
    return f"openai/{name.removeprefix('faster-')}" if name.startswith("faster-whisper-") else ""


def _cached(repository: str) -> Path | None:
    """The newest whole revision of a repository in the cache of the Hugging Face libraries."""
    folder = hub_cache() / f"models--{repository.replace('/', '--')}" / "snapshots"
    try:
        revisions = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return None
    return next((path for path in revisions if _whole(path)), None)


def _whole(folder: Path) -> bool:
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def _checked(base: Base) -> Base:
    """The base, if it has all that training and listening need. Raises TrainingRefused."""
    if not base.folder.is_dir():
        raise TrainingRefused(
            f"There is no base at {shown(base.folder)}", "check the path, or choose another base", base.folder
        )
    missing = [name for name in BASE_FILES if not (base.folder / name).is_file()]
    if not any(base.folder.glob("*.safetensors")):
        missing.append("model.safetensors")
    if missing:
        raise TrainingRefused(
            f"The base in {shown(base.folder)} lacks {', '.join(missing)}",
            "put the whole folder of a Whisper in Hugging Face format there",
            base.folder,
        )
    try:
        whisper = base.config.get("model_type") == "whisper" and base.parameters > 0 and base.positions > 0
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        whisper = False
    if not whisper:
        raise TrainingRefused(
            f"What lies in {shown(base.folder)} is no Whisper", "choose another base", base.folder
        )
    return base
