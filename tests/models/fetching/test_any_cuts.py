"""Whatever sources do with a file, it is there and right, or it is not there."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from models.fetching.download import download
from models.fetching.sources import Answers, NoAnswer, Waiting
from models.published import CatalogFile

BODY = bytes(range(200))
FILE = CatalogFile("model.bin", len(BODY), hashlib.sha256(BODY).hexdigest(), ())
WRONG = [BODY[:-1] + b"x", b"x" + BODY[1:], BODY + b"more", BODY[:50], b""]


class Scripted:
    """A source that hands over a body and breaks off as often as told, each time some bytes later."""

    def __init__(self, name: str, body: bytes, breaks: list[int]) -> None:
        self.name = name
        self._body = body
        self._breaks = list(breaks)

    def read(self, offset: int, waiting: Waiting) -> Iterator[bytes]:
        count = self._breaks.pop(0) if self._breaks else len(self._body)
        piece = self._body[offset : offset + count]
        yield piece[:3]
        yield piece[3:]
        if offset + count < len(self._body):
            raise NoAnswer("broke off")


class Nobody:
    def at(self, have: int) -> None:
        assert 0 <= have <= FILE.size


sources = st.lists(
    st.tuples(st.sampled_from([BODY, *WRONG]), st.lists(st.integers(1, 150), max_size=6)), max_size=5
)


@given(begun=st.sampled_from([b"", BODY[:77], b"junk", BODY, b"x" * 200, BODY + b"x"]), given_sources=sources)
def test_a_right_source_is_enough_whatever_came_before_it(
    begun: bytes, given_sources: list[tuple[bytes, list[int]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bin"
        path.write_bytes(begun)
        scripted = [Scripted(f"source {n}", body, breaks) for n, (body, breaks) in enumerate(given_sources)]
        had = download(FILE, path, scripted, Answers(), Nobody())
        assert had == (begun == BODY or any(body == BODY for body, _ in given_sources))
        assert not had or path.read_bytes() == BODY
