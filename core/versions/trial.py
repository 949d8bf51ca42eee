"""A trial of the recogniser in a folder, which hears a second of silence: `python -m core.versions.trial FOLDER`.

A damaged one may end the process instead of raising, so `core.versions.active.try_out` runs this one for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from models.device import Device, physical_cores
from models.units import SAMPLE_RATE
from models.whisper.recogniser import WhisperRecogniser


def main() -> None:
    """Try it; any fault ends this process with a status other than 0."""
    recogniser = WhisperRecogniser(Path(sys.argv[1]), "trial", Device("cpu", physical_cores(), "a trial"))
    recogniser.hear(np.zeros(SAMPLE_RATE, dtype=np.float32))


if __name__ == "__main__":
    main()
