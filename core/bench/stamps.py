"""Very short Spanish clips read by another person, with their texts: the stamps of the Debian package of Tux Paint.

tuxpaint-stamps-default says what each of its pictures shows (`NAME_desc_es.ogg`, GPL) and has the same in writing
(`es.utf8=` in `NAME.txt`, with accents and punctuation): one speaker from Spain, one to four seconds at a time,
where windows that are too short do the most harm. They are for measuring; none of it is part of Tertulia.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from core.errors import CoreError
from models.audio import Audio
from store.audio.decoding import read_audio
from store.errors import StoreError

PACKAGE = "tuxpaint-stamps-default"
STAMPS = Path("/usr/share/tuxpaint/stamps")
SOUND, TEXT = "_desc_es.ogg", "es.utf8="
LEAST_WORDS = 4
"""What is shorter is no sentence."""
LONGEST = 30.0
FASTEST = 30.0
"""Letters to a second: what has more of them is another text."""


class Stamp(NamedTuple):
    """A sentence about a picture, read aloud."""

    name: str
    text: str
    path: Path

    def audio(self) -> Audio:
        """What is heard: float32, 16 kHz. Raises CoreError where it cannot be read."""
        try:
            return read_audio(self.path, LONGEST)
        except StoreError as error:
            remedy = f"install it again: sudo apt-get install --reinstall {PACKAGE}"
            raise CoreError(f"The stamp {self.path} cannot be read", remedy, self.path) from error


def missing() -> str:
    """Why there are no stamps here, as one sentence; empty where there are some."""
    return "" if STAMPS.is_dir() else f"No clips of a second person are installed: sudo apt-get install {PACKAGE}."


def stamps() -> list[Stamp]:
    """Every stamp of LEAST_WORDS words or more without digits, by name, each text once. Raises CoreError."""
    if reason := missing():
        what, _, remedy = reason.partition(": ")
        raise CoreError(what, remedy.rstrip("."), STAMPS)
    found: dict[str, Stamp] = {}
    for path in sorted(STAMPS.rglob(f"*{SOUND}")):
        name = path.relative_to(STAMPS).as_posix().removesuffix(SOUND)
        text = _text(path.with_name(path.name.removesuffix(SOUND) + ".txt"))
        if len(text.split()) >= LEAST_WORDS and not any(map(str.isdigit, text)):
            found.setdefault(text, Stamp(name, text, path))
    return [each for each in found.values() if _plausible(each)]


def _text(path: Path) -> str:
    """The Spanish line of a stamp; empty where it has none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((" ".join(line.removeprefix(TEXT).split()) for line in lines if line.startswith(TEXT)), "")


def _plausible(stamp: Stamp) -> bool:
    """Whether so much text fits into the sound: one or two stamps have the text of another."""
    import av

    try:
        with av.open(str(stamp.path)) as file:
            seconds = float((file.duration or 0) / av.time_base)
    except (OSError, av.FFmpegError):
        return False
    return len(stamp.text) <= FASTEST * seconds
