"""What holds for every test: nothing of the user's surroundings, a data folder of its own, steady properties."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from tests import sound_card
from tests.places import ROOT
from tests.properties import AS_WRITTEN, AT_LARGE
from tests.sound_card import SoundCard, plugged_in

PREFIXES = ("TERTULIA_", "TEXTUAL_", "HF_", "TRANSFORMERS_", "XDG_", "PULSE_", "PIPEWIRE_", "ALSA_")
NAMES = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "WORLD_SIZE", "RANK", "LOCAL_RANK")
"""Variables that change what the app does; how they begin, and their names."""
KEPT = "TERTULIA_WEIGHTS"
"""Where the weights for the tests marked `real` are (tests/real_weights.py); the app knows nothing of it."""
TEST_NUMBERS = itertools.count(1)

# Nothing that a busy machine does slowly is a failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("test", patient, derandomize=True, database=None, max_examples=AS_WRITTEN)
found = DirectoryBasedExampleDatabase(ROOT / ".hypothesis")
settings.register_profile("fuzz", patient, derandomize=False, database=found, max_examples=AT_LARGE)
settings.load_profile("test")  # --hypothesis-profile comes later, and goes before it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--refresh-pictures", action="store_true", help="keep the pictures of the screens as they are now"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Forget the user's surroundings, before any module reads them: for this process and all that it starts."""
    home = tempfile.TemporaryDirectory(prefix="tertulia-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    for name in list(os.environ):
        if name != KEPT and (name.startswith(PREFIXES) or name in NAMES):
            del os.environ[name]
    os.environ |= {"HOME": home.name, "TERTULIA_HOME": f"{home.name}/data", "TERM": "xterm-256color", "TZ": "UTC"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker is left alone with it in the end."""
    names = (ROOT / "tests" / "slow.txt").read_text(encoding="utf-8").splitlines()
    slow = {ROOT / "tests" / name for name in names if not name.startswith("#")}
    if gone := [str(path) for path in slow if not path.exists()]:
        raise pytest.UsageError(f"tests/slow.txt names what is no longer there: {', '.join(gone)}")
    for item in items:
        if item.path in slow:
            item.add_marker("slow")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("sound") and (reason := sound_card.missing()):
        pytest.skip(reason)


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that no other test has, and that nobody has made yet."""
    home = Path.home() / f"data-{next(TEST_NUMBERS)}"
    monkeypatch.setenv("TERTULIA_HOME", str(home))
    return home


@pytest.fixture
def card(tmp_path: Path) -> Iterator[SoundCard]:
    """A sound card of this test's own, which is the default."""
    with plugged_in(tmp_path / "card") as card:
        yield card
