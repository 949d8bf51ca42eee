"""Piper: an .onnx file with .onnx.json beside it, in a folder of voices.

Piper itself puts a voice wherever it is told to (--data-dir, the present folder without it: src/piper/__main__.py
and download_voices.py of OHF-Voice/piper1-gpl). Packages put them into /usr/share/piper-voices/LANGUAGE/… (as
piper-voices of Arch Linux does), programs that use it into a folder of the person's data.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.elsewhere.seen import Seen, below, data_home
from models.piper.kind import matches

PROGRAM = "Piper"
OWN = ("piper", "piper-voices", "piper-tts", "piper_tts")
SHARED = (Path("/usr/share/piper-voices"), Path("/usr/local/share/piper-voices"), Path("/usr/share/piper"))


def seen() -> Iterator[Seen]:
    for file in below(*(data_home() / name for name in OWN), *SHARED):
        if matches(file):
            yield Seen(PROGRAM, file.stem, file)
