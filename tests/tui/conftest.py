"""What tests of the screens share."""

from __future__ import annotations

import pytest

from tests.tui.correct_driver import ME


@pytest.fixture
def author(monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything is done in one name."""
    monkeypatch.setenv("TERTULIA_AUTHOR", ME)
    return ME
