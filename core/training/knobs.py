"""Whether somebody's knobs are ones that a job can have: the trainer knows, and is asked before there is a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from core.training.errors import TrainingRefused
from store.text import clean

LONGEST = 60.0
"""Seconds to wait for the answer, which comes in a tenth of one."""


def check(knobs: Mapping[str, Any], name: str) -> None:
    """Refuse knobs that are unknown, of a wrong type, or beyond their limits.

    Args:
        knobs: as in job.json; JSON values.
        name: what the sentence calls them, such as the file that they are from.

    Raises:
        TrainingRefused: the first that is wrong, and what to do about it.
    """
    if not knobs:
        return
    try:
        asked = subprocess.run(
            [sys.executable, "-P", "-m", "trainer.knobs", name],
            input=json.dumps(dict(knobs)), capture_output=True, text=True, encoding="utf-8", timeout=LONGEST,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TrainingRefused(f"The trainer cannot be asked about {clean(name)} ({error}): try again.") from error
    if asked.returncode:
        said = (asked.stdout.strip() or asked.stderr.strip() or "the trainer gave no answer").splitlines()[-1]
        raise TrainingRefused(clean(said, limit=None))
