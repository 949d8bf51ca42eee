"""The few choices the app remembers between starts: theme, level, scenario.

A small TOML file in the data folder that a person may edit. It is replaced whole, so a crash leaves
either the old one or the new one.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from store.errors import StoreError
from store.files import write_atomically

FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    theme: str = "tertulia"
    """Name of a Textual theme."""
    level: str = "A2"
    """CEFR level of the learner."""
    scenario: str = "conocerse"
    """Name of the scenario of the next session."""
    snippets: str = "eh | em | mm | ah | [risas] | [ruido] | [tos] | [música] | [inaudible]"
    """What a key of the Correct screen puts into a transcript, parted by bars."""


class SettingsError(StoreError):
    """A settings file that could not be read or written."""


def load(folder: Path) -> Settings:
    """The settings in a data folder; the defaults where there are none yet.

    Raises SettingsError for a file that is not TOML or cannot be read. Names this version does not
    know, and values that are not strings, are ignored.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read ({_why(error)}); starting with the defaults", place=path
        ) from error
    import tomllib  # after the first start only, and half of what reading costs

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path} is not TOML ({error}); mend or delete it; using the defaults", place=path
        ) from error
    known = {field.name for field in dataclasses.fields(Settings)}
    return Settings(**{k: v for k, v in values.items() if k in known and isinstance(v, str)})


def save(folder: Path, settings: Settings) -> None:
    """Replace the settings file. Raises SettingsError when the folder cannot be written."""
    path = folder / FILE
    # A JSON string is a TOML basic string, but for surrogate pairs and an unescaped DEL.
    values = {k: json.dumps(v, ensure_ascii=False) for k, v in dataclasses.asdict(settings).items()}
    text = "".join(f"{k} = {v}\n" for k, v in values.items()).replace("\x7f", "\\u007f")
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({_why(error)}); this choice lasts until you quit", place=path
        ) from error


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
