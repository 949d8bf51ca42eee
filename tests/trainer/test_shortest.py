"""A version begins with the windows of its base, and goes below them only where that was found to lose nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")  # as all of the trainer
from core.engine.filters import resample  # noqa: E402
from models.device import Device  # noqa: E402
from models.units import SAMPLE_RATE  # noqa: E402
from models.whisper import windows  # noqa: E402
from models.whisper.windows import Windows  # noqa: E402
from tests.starters import path  # noqa: E402
from trainer import shortest  # noqa: E402
from trainer.contract.clips import Clip  # noqa: E402
from trainer.contract.job import job_from  # noqa: E402
from trainer.shortest import choose_windows, of_base  # noqa: E402

DEVICE = Device("cpu", 1, "asked for by a test")
STOCK = Windows(2.0, 10.0)
STARTER = path("recogniser").with_name("recogniser")
