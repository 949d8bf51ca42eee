"""Where the project and the tests' own data lie, wherever in here a test stands."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
