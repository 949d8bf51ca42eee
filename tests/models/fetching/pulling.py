"""The command line with one model more, made up: `python -m tests.models.fetching.pulling models pull …`.

TERTULIA_MADE_UP is that model as JSON, as `made_up.item` has it; it is all there is of the everyday models.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from models import catalog
from tui.cli import main


def catalog_with(model: dict[str, Any]) -> dict[str, Any]:
    """What catalog.toml says, with one model more, which is all of the everyday ones."""
    real = catalog._file()
    return {"model": [*real["model"], model], "sets": {"everyday": [model["name"]]}}


if __name__ == "__main__":
    extended = catalog_with(json.loads(os.environ["TERTULIA_MADE_UP"]))
    catalog._file = lambda: extended  # type: ignore[assignment]
    sys.exit(main())
