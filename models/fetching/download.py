"""One file, from the first of its sources that hands over exactly the published bytes.

A download that was cut goes on from the byte where it was, with whatever source answers next: the digest decides in
the end. Bytes that turn out to be wrong are thrown away, all of them, and the next source begins anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from models.fetching.sources import Answers, NoAnswer, Source
from models.published import CatalogFile

CUTS = 20
"""So often a source that hands over at least some bytes may break off a file."""
CHUNK = 1 << 20
"""Bytes read back at once."""


class Following(Protocol):
    """Who wants to know how far a file is; may raise what ends the download."""

    def at(self, have: int) -> None:
        """So many bytes are here."""
        ...


def download(
    file: CatalogFile, path: Path, sources: Iterable[Source], answers: Answers, following: Following
) -> bool:
    """Have a file at a path, or as much of it as could be had.

    Returns:
        Whether it is there, all of it and right.

    Raises:
        OSError: the disk fails.
    """
    if _size(path) >= file.size and _is_right(file, path):
        following.at(file.size)
        return True
    return any(
        _downloaded(file, path, source, answers, following) for source in sources if answers.to_be_asked(source)
    )


def _downloaded(file: CatalogFile, path: Path, source: Source, answers: Answers, following: Following) -> bool:
    for _ in range(CUTS):
        before = _size(path)
        try:
            right = _append(file, path, source, following)
        except NoAnswer as answer:
            answers.failed(source, file.name, answer)
            if not answer.reachable or _size(path) <= before:
                return False
            continue
        if right:
            answers.gave(source)
            return True
        path.unlink()
        answers.failed(source, file.name, NoAnswer("handed over other bytes than were published"))
        if before == 0:  # else the wrong ones may be another's
            return False
    return False


def _append(file: CatalogFile, path: Path, source: Source, following: Following) -> bool:
    """Go on from what is here to the end; gives whether it is right. Raises NoAnswer or OSError."""
    with _opened(path) as out:
        digest = hashlib.sha256()
        while chunk := out.read(CHUNK):
            digest.update(chunk)
        have = start = out.tell()

        def waiting(coming: int) -> None:
            following.at(min(have + coming, file.size))

        for chunk in source.read(start, waiting):
            have += len(chunk)
            if have > file.size:
                break
            out.write(chunk)
            digest.update(chunk)
            following.at(have)
        out.flush()
        os.fsync(out.fileno())
    if have < file.size:
        raise NoAnswer(f"broke off after {have:,} of {file.size:,} bytes")
    return have == file.size and digest.hexdigest() == file.sha256


def _is_right(file: CatalogFile, path: Path) -> bool:
    """Whether a file that is long enough is the published one; another is thrown away."""
    if _size(path) == file.size:
        with path.open("rb") as there:
            if hashlib.file_digest(there, "sha256").hexdigest() == file.sha256:
                return True
    path.unlink()
    return False


def _opened(path: Path) -> BinaryIO:
    """Open a file to read it and write behind it; no link is followed."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    return os.fdopen(number, "r+b")


def _size(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0
