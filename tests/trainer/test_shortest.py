"""A version begins with the windows of its base, and goes below them only where that was found to lose nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from models.device import Device
from models.evaluation.scoring import Errors
from models.whisper import windows
from models.whisper.windows import Windows
from tests.starters import path
from trainer import shortest
from trainer.contract.clips import Clip
from trainer.contract.job import Job
from trainer.shortest import choose_windows, of_base

DEVICE = Device("cpu", 1, "asked for by a test")
STOCK = Windows(2.0, 10.0)
SIX = "una dos tres cuatro cinco seis"


def clips(count: int) -> list[Clip]:
    return [
        Clip(Path("/nowhere.flac"), 0, 16_000, SIX, (), "dev", "ana", f"recording {number}", "0", "learner")
        for number in range(count)
    ]


def heard(wrong: Mapping[Windows, int]) -> Callable[..., list[Errors]]:
    """Stands in for the listening: so many words of each clip are wrong in these windows, none in others."""

    def errors(ct2: Path, hears: Windows, clips: Sequence[Clip], *rest: object) -> list[Errors]:
        return [Errors(wrong.get(hears, 0), 0, 0, 6) for _ in clips]

    return errors


@pytest.mark.parametrize(
    ("wrong", "base", "chosen"),
    [
        ({}, STOCK, Windows(0.3)),
        ({Windows(0.3): 1}, STOCK, Windows(0.6)),
        ({Windows(0.3): 1, Windows(0.6): 1}, STOCK, STOCK),
        ({Windows(0.3): 1, Windows(0.6): 1, STOCK: 1}, STOCK, Windows()),
        ({Windows(0.3): 1, Windows(0.6): 1}, Windows(), Windows()),
        ({Windows(0.3): 1, Windows(0.6): 1}, Windows(0.6), Windows()),
    ],
)
def test_the_shortest_that_loses_nothing_and_then_those_of_the_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: dict[Windows, int], base: Windows, chosen: Windows
) -> None:
    monkeypatch.setattr(shortest, "_errors", heard(wrong))
    found = choose_windows(tmp_path, base, clips(20), DEVICE, lambda: None)
    assert windows.from_json(found) == chosen == windows.read(tmp_path)
    assert found["tried"][0]["margin"] is None and (tmp_path / windows.NAME).exists() == (chosen != Windows())


@pytest.mark.parametrize("base", [Windows(), Windows(0.3), STOCK])
def test_with_too_little_to_hear_it_stays_with_the_windows_of_its_base(tmp_path: Path, base: Windows) -> None:
    (tmp_path / windows.NAME).write_text(json.dumps({"v": 1, "margin": 0.1}))
    found = choose_windows(tmp_path, base, clips(3), DEVICE, lambda: None)
    assert found == {**base.as_json(), "tried": []} and windows.read(tmp_path) == base


def test_the_windows_of_a_base_are_those_of_the_job_or_of_the_folder_in_which_it_listens(tmp_path: Path) -> None:
    starter = path("recogniser").with_name("recogniser")
    assert of_base(Job(starter)) == windows.read(path("recogniser")) == Windows(0.3)
    assert of_base(Job(starter, hears=STOCK)) == STOCK
    assert of_base(Job(tmp_path / "recogniser")) == Windows(), "nobody measured it"
