"""The programs whose models are looked for. A new one is a module of this room, named in PROGRAMS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from models.elsewhere import gpt4all, hugging_face, jan, llama_cpp, lm_studio, ollama, piper, whisper_cpp
from models.elsewhere.seen import Seen


class Program(Protocol):
    """What such a module says of itself."""

    @property
    def PROGRAM(self) -> str: ...  # noqa: N802 - of a module

    def seen(self) -> Iterator[Seen]:
        """What it keeps as models on this machine; they may be of no kind known here, or damaged."""
        ...


PROGRAMS: Sequence[Program] = [
    hugging_face, ollama, lm_studio, jan, gpt4all, llama_cpp, piper, whisper_cpp,
]  # fmt: skip


def seen() -> Iterator[Seen]:
    """What all of them keep, none twice."""
    known = set()
    for program in PROGRAMS:
        for each in program.seen():
            if each.path not in known:
                known.add(each.path)
                yield each
