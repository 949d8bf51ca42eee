"""A trial of a recogniser, which hears a second of silence: `python -m core.versions.trial PATH FORMAT`.

A damaged one may end the process instead of raising, so `core.versions.active.try_out` runs this one for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from models import kinds
from models.device import Device, physical_cores


def main() -> None:
    """Try it; any fault ends this process with a status other than 0."""
    path, kind = sys.argv[1:]
    kinds.recogniser(kind).load(Path(path), "trial", Device("cpu", physical_cores(), "a trial")).warm()


if __name__ == "__main__":
    main()
