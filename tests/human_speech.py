"""Speech of a person for tests: the first of `core.bench.prompts`, skipped with a reason where there are none.

The first five by name are agent-alreadyon, agent-incorrect, agent-newlocation, agent-pass and agent-user: 73 words.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from core.bench.prompts import FIRST, Prompt, missing, prompts
from models.evaluation.scoring import Errors, total, word_errors
from models.units import SAMPLE_RATE
from tests.core.engine.driver import write_wav


def first_prompts(count: int = FIRST) -> list[Prompt]:
    """The first prompts by name; the test is skipped where they are not installed."""
    if reason := missing():
        pytest.skip(reason)
    return prompts()[:count]


def as_wav(prompt: Prompt, folder: Path, before: float = 0.0, after: float = 0.0) -> Path:
    """A prompt as a WAV file, with seconds of silence around it."""
    lead, tail = (np.zeros(int(seconds * SAMPLE_RATE), np.float32) for seconds in (before, after))
    return write_wav(folder / f"{prompt.name}.wav", np.concatenate([lead, prompt.audio(), tail]))


def misheard(pairs: Iterable[tuple[Prompt, str]]) -> Errors:
    """Word errors over all, accents folded: most are missing in the texts of the prompts."""
    return total([word_errors(prompt.text, heard, bare=True) for prompt, heard in pairs])
