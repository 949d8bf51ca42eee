"""Spanish read by a person, with its text: the telephone prompts of two Debian packages.

asterisk-core-sounds-es-g722 holds the sound (raw G.722, 16 kHz, CC-BY-SA 3.0: one woman, with a foreign accent),
asterisk-core-sounds-es the texts. Most accents are missing in these (numero, contrasena); `accents_es.txt` puts
back those of words that can be no others. Some stay away (esta, mas, sera), so what decides is scored with accents
folded. They are for measuring; none of it is part of Tertulia.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.errors import CoreError
from models.audio import Audio
from models.evaluation.plain import folded as folded  # how their texts are compared

PACKAGES = "asterisk-core-sounds-es-g722 asterisk-core-sounds-es"
SOUNDS = Path("/usr/share/asterisk/sounds/es_MX_f_Allison")
TEXTS = Path("/usr/share/doc/asterisk-core-sounds-es/core-sounds-es.txt.gz")
ACCENTS = Path(__file__).with_name("accents_es.txt")
LEAST_WORDS = 4
"""What is shorter is no sentence."""
FIRST = 5
FULL_SCALE = 32768


class Prompt(NamedTuple):
    """A sentence or two that a person has read."""

    name: str
    """As the packages have it."""
    text: str
    """As they write it, with most of the accents that are missing there."""
    path: Path
    """Raw G.722."""

    def audio(self) -> Audio:
        """What is heard: float32, 16 kHz. Raises CoreError where it cannot be read."""
        import av

        try:
            with av.open(str(self.path), format="g722") as file:
                samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)])
        except (OSError, ValueError, av.FFmpegError) as error:  # ValueError: there is nothing in it
            raise CoreError(f"The prompt {self.path} cannot be read ({error})", _REMEDY, self.path) from error
        return samples.astype(np.float32) / np.float32(FULL_SCALE)


_REMEDY = f"install them again: sudo apt-get install --reinstall {PACKAGES}"


def missing() -> str:
    """Why there are no prompts here, as one sentence; empty where there are some."""
    if TEXTS.is_file() and SOUNDS.is_dir():
        return ""
    return f"No speech of a person is installed: sudo apt-get install {PACKAGES}."


def prompts() -> list[Prompt]:
    """Every prompt of LEAST_WORDS words or more without digits, by name.

    Rows that stand for a sound (`[tono simple]`), have no audio, or whose name is given to several texts are left
    out. A digit in a text may be said in more ways than one.

    Raises:
        CoreError: the packages are not installed, or damaged.
    """
    if reason := missing():
        what, _, remedy = reason.partition(": ")
        raise CoreError(what, remedy.rstrip("."), TEXTS)
    try:
        with gzip.open(TEXTS, "rt", encoding="utf-8") as file:
            rows = [line.partition(":") for line in file if not line.startswith(";")]
    except (OSError, EOFError, ValueError) as error:
        raise CoreError(f"The texts in {TEXTS} cannot be read ({error})", _REMEDY, TEXTS) from error
    names = [name.strip() for name, _, _ in rows]
    found = [
        Prompt(name.strip(), accented(" ".join(text.split())), SOUNDS / f"{name.strip()}.g722")
        for name, _, text in rows
        if names.count(name.strip()) == 1 and not any(char.isdigit() or char in "[]" for char in text)
    ]
    return sorted(each for each in found if len(each.text.split()) >= LEAST_WORDS and each.path.is_file())


def accented(text: str) -> str:
    """A text with the accents put back that the word table has."""
    table = _accents()

    def written(found: re.Match[str]) -> str:
        word = found[0]
        known = table.get(word.lower())
        return word if known is None else known.capitalize() if word[0].isupper() else known

    return re.sub(r"\w+", written, text)


@cache
def _accents() -> dict[str, str]:
    """Bare words and what they are with their accents."""
    lines = ACCENTS.read_text(encoding="utf-8").splitlines()
    rows = (line.partition(" ") for line in lines if not line.startswith("#"))
    return {bare: word for bare, _, word in rows}


def spread(count: int) -> list[Prompt]:
    """So many of the prompts, evenly over all of them by name; always the same ones. Raises CoreError."""
    every = prompts()
    return [every[number * len(every) // count] for number in range(min(count, len(every)))]
