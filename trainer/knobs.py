"""`python -P -m trainer.knobs NAME`: can a job have these knobs? They are read from standard input, as JSON.

Whoever starts runs must not import this package, so it asks here before there is a run. Exit code 1, and a
sentence on standard output that calls them by NAME, where a knob is unknown or wrong.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from trainer.errors import JobError
from trainer.job import job_from


def main() -> int:
    """Check what comes from standard input; see the module's docstring."""
    try:
        knobs = json.load(sys.stdin)
        job_from({"base": "/", **knobs}, Path(sys.argv[1]))
    except JobError as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
