"""What a kind of model says of itself: a module in this room, named in `models.kinds`.

Such a module is asked long before a model is loaded, by the list of models, the Models screen and the doctor, so it
imports no library that computes; `load` does, when it is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from models.errors import ModelError

if TYPE_CHECKING:
    from models.device import Device
    from models.tutor.llama import Tutor
    from models.voice import Voice
    from models.whisper.heard import Recogniser
    from models.whisper.windows import Windows

PARTS = RECOGNISER, TUTOR, VOICE = "recogniser", "tutor", "voice"
"""What is chosen by a person. Voice activity is not: its network comes with a library and is always the same."""
SOME = 12
"""Speakers that a sentence names; some voices have hundreds."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the files of a model say about it."""

    name: str
    """That of its folder or file."""
    size_mb: int
    """10^6 bytes on the disk."""
    languages: tuple[str, ...] = ()
    """Codes such as es or es_MX; empty where the files do not say, or it knows many."""
    licence: str = "unknown"
    speakers: tuple[str, ...] = ()
    """Of a voice with several, its own choice first; empty where there is nothing to choose."""

    @property
    def spanish(self) -> bool:
        """Whether it may be taken to hear, write or speak Spanish."""
        codes = {language.replace("-", "_").partition("_")[0].lower() for language in self.languages}
        return not codes or "es" in codes


class AnyKind(Protocol):
    """What every kind can be asked."""

    @property
    def FORMAT(self) -> str:  # noqa: N802 - of a module
        """Its name, as `catalog.toml` has it. No two kinds share one."""
        ...

    @property
    def FILES(self) -> str:  # noqa: N802
        """What a person has to name for one, to end a sentence: "a GGUF file (.gguf)"."""
        ...

    def matches(self, path: Path) -> bool:
        """Whether a file or folder looks like one: by names, at a glance. No path looks like two of a part.

        It may still be damaged, or lack a file.
        """
        ...

    def describe(self, path: Path) -> Description:
        """What the files of a whole one say. Raises ModelError for any other, as `check` does, and OSError."""
        ...

    def check(self, path: Path, name: str) -> None:
        """Refuse what is not whole, as far as can be seen without loading it.

        Args:
            path: the file or folder; it may not be there.
            name: how the model is called in the sentence.

        Raises:
            ModelError: what is wrong, and what to do about it.
        """
        ...


class RecogniserKind(AnyKind, Protocol):
    """A kind of recogniser."""

    @property
    def PART(self) -> Literal["recogniser"]: ...  # noqa: N802

    def load(self, path: Path, name: str, device: Device, hears: Windows | None = None) -> Recogniser:
        """A checked one, ready to hear.

        Args:
            hears: windows it may hear in, where somebody measured them; what its own files say without.

        Raises:
            ModelError: it cannot be loaded.
        """
        ...


class TutorKind(AnyKind, Protocol):
    """A kind of tutor."""

    @property
    def PART(self) -> Literal["tutor"]: ...  # noqa: N802

    def load(self, path: Path, name: str, device: Device) -> Tutor:
        """A checked one, ready to answer. Raises ModelError."""
        ...


class VoiceKind(AnyKind, Protocol):
    """A kind of voice. Voices always run on the processor."""

    @property
    def PART(self) -> Literal["voice"]: ...  # noqa: N802

    def load(self, path: Path, name: str, speaker: str = "", threads: int = 0) -> Voice:
        """A checked one, ready to speak.

        Args:
            speaker: one of its description's; empty for its own choice.
            threads: of the processor; 0 for as many as suit it beside a recogniser and a tutor.

        Raises:
            ModelError: it cannot be loaded, or has no such speaker.
        """
        ...


Kind = RecogniserKind | TutorKind | VoiceKind


def no_speaker(model: str, speaker: str, known: Sequence[str]) -> ModelError:
    """That a model has no such speaker, and whom to choose instead.

    Args:
        model: as it begins a sentence: "The voice es-starter".
        known: its speakers.
    """
    if not known:
        return ModelError(f"{model} has no speakers to choose from, so none called {speaker!r}", "name it alone")
    some = ", ".join(known[:SOME]) + (f" or another of its {len(known)}" if len(known) > SOME else "")
    return ModelError(f"{model} has no speaker called {speaker!r}", f"choose {some}")
