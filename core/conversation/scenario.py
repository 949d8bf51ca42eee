"""Scenarios: what a session is about. One TOML file each; adding one is adding a file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import CoreError

FOLDER = Path(__file__).parent / "scenarios"


class ScenarioError(CoreError):
    """A scenario that is missing or cannot be read. The text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a session is about."""

    name: str
    title: str
    level: str
    """The CEFR level it suits best."""
    topic: str
    """In Spanish, as it stands in the tutor's prompt."""
    role: str
    """Who the tutor is, in English, for the list of scenarios."""
    opening: str
    """What the learner is about to do, in English, one sentence."""
    goals: tuple[str, ...]
    suggestions: tuple[str, ...]
    """Spanish replies to the tutor's first question."""
    replies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Words of a question → replies that fit it."""


def names() -> list[str]:
    """The scenarios there are, by name."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str) -> Scenario:
    """The scenario of that name. Raises ScenarioError."""
    file = FOLDER / f"{name}.toml"
    if name not in names():
        raise ScenarioError(f"There is no scenario {name!r}", f"choose one of {', '.join(names())}")
    try:
        body = tomllib.loads(file.read_text(encoding="utf-8"))
        return Scenario(
            name=name,
            title=str(body["title"]),
            level=str(body["level"]),
            topic=str(body["topic"]),
            role=str(body["role"]),
            opening=str(body["opening"]),
            goals=tuple(map(str, body["goals"])),
            suggestions=tuple(map(str, body["suggestions"])),
            replies={key: tuple(map(str, texts)) for key, texts in body.get("replies", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ScenarioError(
            f"The scenario {file.name} cannot be read ({error})", "mend or remove the file"
        ) from error
