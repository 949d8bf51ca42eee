"""A web of one's own, and models that are to be had there."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.models.fetching.web import Web


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """The hub, and nothing else: the Python index of the machine is out of reach."""
    with Web().serving() as web:
        monkeypatch.setenv("HF_ENDPOINT", web.address)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
        yield web


@pytest.fixture
def dice() -> random.Random:
    """Random, the same each time; the seed is in the report of a failure."""
    seed = 20261201
    print(f"seed {seed}")
    return random.Random(seed)
