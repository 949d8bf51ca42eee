"""Wheels made in the test, in a folder in place of the Python index."""

from __future__ import annotations

import zipfile
from pathlib import Path


def wheel(index: Path, package: str, members: dict[str, bytes], version: str = "1.0") -> Path:
    """Make a wheel of any members; its own records are those of an empty package."""
    index.mkdir(exist_ok=True)
    name = package.replace("-", "_")
    path = index / f"{name}-{version}-py3-none-any.whl"
    records = {
        "METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, body in members.items():
            archive.writestr(member, body)
        for record, text in records.items():
            archive.writestr(f"{name}-{version}.dist-info/{record}", text)
    return path


def in_parts(index: Path, body: bytes, part_size: int) -> None:
    """Packages made-up-1, made-up-2 …, each with a part of a file."""
    for n, start in enumerate(range(0, len(body), part_size), start=1):
        wheel(index, f"made-up-{n}", {f"made_up_{n}/part.bin": body[start : start + part_size]})
