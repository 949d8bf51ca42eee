"""Trying a model: it loads, hears silence, answers or speaks, in a process of its own (`core.own_models.trial`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.processes.asking import NoAnswer, ask
from core.versions.active import ModelChoice, check
from models.errors import ModelError

MODULE = "core.own_models.trial"
SENTENCE = "¡Hola! ¿Qué tal? Hoy hace buen día y tengo ganas de hablar contigo."
"""What a voice is tried with, and what a tutor is asked."""
WORDS = 8
"""Tokens that a tutor answers in a trial: a large one takes seconds for each."""
TRIAL_SECONDS = 300
"""A large model on a slow disk takes its time to load."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did."""

    load_seconds: float
    work_seconds: float
    """To hear a second of silence, to answer a few words, or to say SENTENCE."""
    said: str = ""
    """By a tutor, or by a voice."""
    wav: Path | None = None
    """What a voice said, as a WAV file."""


def try_out(choice: ModelChoice, wav: Path | None = None) -> Trial:
    """See that a model is whole, loads and works, in a process of its own.

    Args:
        wav: the file that a voice shall speak into; None for none.

    Raises:
        ModelError: it is damaged, or ended the process that loaded it.
    """
    words = arguments(choice, wav)
    try:
        printed = ask(MODULE, *words, seconds=TRIAL_SECONDS)
    except NoAnswer as error:
        raise died(choice, str(error)) from error
    try:
        answer = json.loads(printed.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise died(choice, "it ended without an answer") from error
    return read(answer, wav)


def arguments(choice: ModelChoice, wav: Path | None = None) -> list[str]:
    """What the trial's process is given, where it is run in another way. Raises ModelError for damaged files."""
    entry = choice.entry
    return [entry.part, entry.format, str(check(choice)), choice.name, entry.speaker, str(wav or "")]


def read(answer: Mapping[str, Any], wav: Path | None = None) -> Trial:
    """The answer of the trial's process. Raises ModelError where it says that something is wrong."""
    if wrong := answer.get("wrong"):
        raise ModelError(wrong["what"], wrong["remedy"], wrong["place"])
    return Trial(float(answer["load"]), float(answer["work"]), str(answer["said"]), wav)


def died(choice: ModelChoice, why: str) -> ModelError:
    """That a model ended the process which tried it."""
    entry = choice.entry
    return ModelError(
        f"The {entry.part} {choice.name} in {entry.path} cannot be used ({why})",
        f"choose another {entry.part}",
        entry.path or "",
    )
