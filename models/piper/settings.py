"""The JSON beside a Piper voice: what it speaks, and who speaks in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.errors import ModelError
from models.files import read_json

MOST_SPEAKERS = 10_000
"""The largest published voice has about 900; more is a damaged file."""
HIGHEST_RATE = 192_000


def beside(onnx: Path) -> Path:
    """Where the settings of a voice lie."""
    return onnx.with_name(onnx.name + ".json")


def voice_settings(onnx: Path, name: str) -> dict[str, Any]:
    """A voice's own settings. Raises ModelError when a file is missing or is not of such a voice."""
    path = beside(onnx)
    for file in (onnx, path):
        if not file.is_file():
            raise ModelError(f"The voice {name} lacks {file}", "install it again, or choose another voice", file)
    try:
        settings = read_json(path)
    except (OSError, ValueError):
        settings = None
    if isinstance(settings, dict) and _usable(settings):
        return settings
    raise ModelError(f"The voice {name} has no usable settings in {path}", "install it again", path)


def _usable(settings: dict[str, Any]) -> bool:
    audio, symbols = settings.get("audio"), settings.get("phoneme_id_map")
    rate = audio.get("sample_rate") if isinstance(audio, dict) else None
    return isinstance(symbols, dict) and type(rate) is int and 0 < rate <= HIGHEST_RATE


def language(settings: dict[str, Any]) -> str:
    """What it speaks, as espeak-ng has it (es, es-419); empty where the settings do not say."""
    espeak = settings.get("espeak")
    voice = espeak.get("voice") if isinstance(espeak, dict) else None
    return voice if isinstance(voice, str) else ""


def speakers(settings: dict[str, Any]) -> dict[str, int]:
    """Who can be chosen and by which number, the one that speaks by default first; empty where there is one only.

    Where none has a name, they go by their numbers.
    """
    count = settings.get("num_speakers")
    if type(count) is not int or not 1 < count <= MOST_SPEAKERS:
        return {}
    given = settings.get("speaker_id_map")
    pairs = given.items() if isinstance(given, dict) else []
    known = {name: n for name, n in pairs if _name(name) and type(n) is int and 0 <= n < count}
    known = known or {str(number): number for number in range(count)}
    default = settings.get("default_speaker_id", 0)
    return dict(sorted(known.items(), key=lambda pair: (pair[1] != default, pair[1])))


def _name(text: str) -> bool:
    """Whether a person can read it and write it down."""
    return text.isprintable() and text == text.strip() != ""
