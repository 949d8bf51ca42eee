"""In how short windows a recogniser hears as well as in full ones, measured on the starter in its own voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.bench import calibration, prompts
from core.bench.calibration import BOUND, GROUPS, Material, Said, candidates, measure, ran_away
from core.engine.filters import resample
from core.errors import CoreError
from core.versions import measured
from core.versions.active import RECOGNISER, ModelChoice
from models.catalog import starter
from models.device import Device
from models.units import SAMPLE_RATE
from models.whisper.windows import Windows
from tests.starters import load_voice
from tui.cli.models.calibrate import _lines

DEVICE = Device("cpu", 1, "asked for by a test")
TEXTS = {
    "short": ("Muchas gracias.", "Me llamo Ana.", "Hola, ¿qué tal?"),
    "long": ("Ayer fui al mercado con mi hermano.", "Me llamo Ana y vivo en Madrid.", "La falda está en la clase."),
}


@pytest.fixture(scope="module")
def material() -> Material:
    voice = load_voice()

    def said(text: str) -> Said:
        return Said(text, text, resample(np.concatenate(list(voice.speak(text))), voice.sample_rate, SAMPLE_RATE))

    return Material("a test", {name: [said(text) for text in TEXTS[name]] for name in GROUPS})


def test_the_cheapest_windows_are_tried_first(material: Material) -> None:
    every = candidates(material)
    assert every[0] == Windows(0.5) and Windows(2.0, 10.0) in every
    assert Windows(0.5, 10.0) not in every, "no clip is so long that this margin would be tried"
    cost = [
        sum(hears.frames(len(one.audio)) for said in material.groups.values() for one in said) for hears in every
    ]
    assert cost == sorted(cost)


def test_the_first_that_loses_nothing_is_chosen_and_kept(
    material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "material", lambda data, count: material)
    seen: list[str] = []
    found = calibration.calibrate(tmp_path, "starter-ear", 3, on_progress=lambda what, share: seen.append(what))
    full, *others = found.tried
    assert full.hears == Windows() and all(one.change.value == 0 for one in full.groups.values())
    assert not any(one.loses_nothing for one in others[:-1])
    if found.chosen != Windows():
        last = others[-1]
        assert last.hears == found.chosen and last.change is not None and last.change.high <= BOUND
        assert all(last.groups[group].change.value <= BOUND for group in GROUPS)
    assert measured.hears(tmp_path, starter(RECOGNISER)) == found.chosen
    assert any("short clip 3 of 3" in what for what in seen)
    lines = list(_lines(found))
    assert "starter-ear on the speech of a test" in lines[0] and any("n = " in line for line in lines)


def test_where_everything_loses_windows_stay_full(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "BOUND", -1.0)
    found = measure(ModelChoice(starter(RECOGNISER)), material, DEVICE, lambda what, share: None)
    assert found.chosen == Windows() and len(found.tried) == 1 + len(candidates(material))
    assert all(list(one.groups) == ["short"] for one in found.tried), "the long ones are spared"
    assert "It needs full windows" in "\n".join(_lines(found))


@pytest.mark.parametrize(
    ("text", "seconds", "far"),
    [
        ("Mira, " * 12, 4.0, True),
        ("Hola, me llamo Ana.", 1.5, False),
        ("palabra " * 20, 3.0, True),
        ("", 2.0, False),
    ],
)
def test_what_loops_or_is_too_much_ran_away(text: str, seconds: float, far: bool) -> None:
    assert ran_away(text, seconds) is far


def test_without_speech_of_people_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "TEXTS", tmp_path / "nowhere")
    with pytest.raises(CoreError, match=r"too small to measure windows on.*sudo apt-get install .*tuxpaint"):
        calibration.material(tmp_path)


def test_too_few_clips_of_a_group_say_nothing() -> None:
    second = np.zeros(SAMPLE_RATE, np.float32)
    said = [Said(str(number), "una dos tres cuatro cinco", second) for number in range(40)]
    assert calibration._grouped(said, 10) == {}
    both = [*said, *(Said(one.block, one.text, np.tile(second, 4)) for one in said)]
    groups = calibration._grouped(both, 10)
    assert [len(group) for group in groups.values()] == [10, 10] and list(groups) == list(GROUPS)
