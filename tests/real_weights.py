"""Weights that people made, for the tests marked `real`: skipped with a reason where they are not on this machine.

They lie in a folder laid out as the models of a data folder are: recogniser/whisper-base/, voice/kokoro-82m/. It is
the one that TERTULIA_WEIGHTS names, or build/weights in the checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.places import ROOT

WEIGHTS = Path(os.environ.get("TERTULIA_WEIGHTS") or ROOT / "build" / "weights").absolute()
WHISPER, KOKORO = "recogniser/whisper-base", "voice/kokoro-82m"


def folder_of(model: str) -> Path:
    """Where a model of that part and name lies; the test is skipped where it does not."""
    path = WEIGHTS / model
    if not path.exists():
        pytest.skip(f"{model} is not in {WEIGHTS}: name its folder of models in TERTULIA_WEIGHTS")
    return path


def lent(data: Path, *models: str) -> Path:
    """The data folder, whose models folder now has these, linked; the test is skipped where one is missing."""
    for model in models:
        real, link = folder_of(model), data / "models" / model
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(real, target_is_directory=True)
    return data
