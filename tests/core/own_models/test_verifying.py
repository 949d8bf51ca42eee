"""Models of one's own are looked at by what they are, and not by what somebody else has published."""

from __future__ import annotations

from pathlib import Path

from core.own_models.adding import add
from core.own_models.verifying import verify
from models.catalog import known
from models.kind import TUTOR
from tests.core.own_models.own_models import tutor


def test_ones_own_file_that_is_called_like_a_published_model_is_whole(data: Path, tmp_path: Path) -> None:
    published = next(entry for entry in known() if entry.part == TUTOR and entry.files)
    for copy in (False, True):
        folder = data / str(copy)
        add(folder, tutor(tmp_path / "in", f"{published.name}.gguf"), copy=copy)
        (finding,) = verify(folder, [published.name])
        assert finding.whole and not finding.to_the_byte, finding.wrong
