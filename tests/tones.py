"""A kind of voice that nobody needs: it hums a tone for every text. What a new kind has to say, and all of it.

Its file is JSON: the language, and the pitch of each speaker in Hz.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.errors import ModelError
from models.files import megabytes, named, read_json
from models.kind import Description, no_speaker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PART: Literal["voice"] = "voice"
FORMAT = "Tones"
FILES = "a file of tones (.tones)"
EXAMPLE = '{"language": "es", "speakers": {"ana": 440, "luis": 110}}'


def matches(path: Path) -> bool:
    return path.suffix == ".tones" and path.is_file()


def describe(path: Path) -> Description:
    language, speakers = _read(path, path.stem)
    return Description(named(path, path.stem), megabytes(path), (language,), "CC0-1.0", tuple(speakers))


def check(path: Path, name: str) -> None:
    _read(path, name)


def load(path: Path, name: str, speaker: str = "", threads: int = 0) -> ToneVoice:
    _, speakers = _read(path, name)
    chosen = speaker or next(iter(speakers))
    if chosen not in speakers:
        raise no_speaker(f"The voice {name}", speaker, tuple(speakers))
    return ToneVoice(name, speakers[chosen])


class ToneVoice:
    """Hums a twentieth of a second for every letter."""

    def __init__(self, name: str, pitch: float) -> None:
        self.name = name
        self.sample_rate = 16_000
        self._pitch = pitch

    def speak(self, text: str, pace: float = 1.0) -> Iterator[NDArray[np.float32]]:
        import numpy as np

        time = np.arange(int(len(text) * 0.05 / pace * self.sample_rate)) / self.sample_rate
        yield (0.5 * np.sin(2 * np.pi * self._pitch * time)).astype(np.float32)


def pitch(sound: NDArray[np.float32], rate: int) -> float:
    """The strongest frequency of a sound, in Hz."""
    import numpy as np

    return float(np.fft.rfftfreq(len(sound), 1 / rate)[np.abs(np.fft.rfft(sound)).argmax()])


def _read(path: Path, name: str) -> tuple[str, dict[str, float]]:
    try:
        match read_json(path):
            case {"language": str(language), "speakers": {**speakers}} if speakers:
                return language, {str(who): float(str(hertz)) for who, hertz in speakers.items()}
    except (OSError, ValueError):
        pass
    raise ModelError(f"The voice {name} at {path} is no whole file of tones", "install it again", path)
