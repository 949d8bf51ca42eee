"""A new kind of model is one module and its name in `models.kinds.KINDS`: everything else works with it.

`tests.tones` is such a module.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import doctor
from core.engine.loading import load
from core.versions.active import VARIABLES, VOICE, active, chosen_name, load_voice
from models import catalog, kinds
from models.errors import ModelError
from models.kind import VoiceKind
from store import versions
from store.database import Store
from tests import tones
from tests.core.engine.driver import spoken
from tests.tui.driver import app_with
from tui.cli import main

KIND: VoiceKind = tones  # what its `load` returns is a Voice: the type checker says so


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The kind is in the table, and nothing but the starters on the machine."""
    monkeypatch.setattr(kinds, "KINDS", (*kinds.KINDS, tones))
    for variable in (*VARIABLES.values(), "HF_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a voice of that kind in it."""
    data = tmp_path / "data"
    voice_file(data).parent.mkdir(parents=True)
    voice_file(data).write_text(tones.EXAMPLE)
    monkeypatch.setenv("TERTULIA_HOME", str(data))
    return data


def voice_file(data: Path) -> Path:
    return data / "models" / "voice" / "coro" / "canto.tones"


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    assert main(["models", "list", "--part", "voice", "--json"]) == 0
    return {line["name"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}


def examined() -> doctor.Check:
    return next(check for check in doctor.checks() if check.check == "voice")


def hummed(data: Path, name: str | None) -> float:
    voice = load_voice(data, name)
    return round(tones.pitch(np.concatenate([*voice.speak("Buenos días.")]), voice.sample_rate), -1)


def test_it_is_found_and_listed_with_its_speakers(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys)["canto"]
    assert found["installed"] and not found["in_use"] and found["path"] == str(voice_file(home))
    assert (found["format"], found["licence"], found["languages"]) == ("Tones", "CC0-1.0", ["es"])
    assert found["speakers"] == ["ana", "luis"] and found["speaker"] is None
    main(["models", "list"])
    assert "ana speaks; luis can, too: name one like canto:luis." in capsys.readouterr().out


@pytest.mark.parametrize(("speaker", "hertz"), [("", 440), (":ana", 440), (":luis", 110)])
def test_it_speaks_where_it_is_chosen(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    speaker: str,
    hertz: int,
) -> None:
    for name in ("canto", str(voice_file(home))):
        assert hummed(home, name + speaker) == hertz
        monkeypatch.setenv(VARIABLES[VOICE], name + speaker)
        assert hummed(home, None) == hertz
        found = listed(capsys)["canto"]
        assert found["in_use"] and found["speaker"] == (speaker.removeprefix(":") or None)
    with Store.open(home) as store:
        assert chosen_name(store, VOICE) == f"canto{speaker}"
    check = examined()
    assert check.ok and check.detail.startswith(f"canto{speaker}, ")


def test_the_version_in_use_may_be_one_of_its_speakers(home: Path) -> None:
    with Store.open(home) as store:
        added = versions.add_version(store, VOICE, "canto:luis", str(voice_file(home)), "", {})
        versions.promote(store, added, "a test")
    assert active(home, VOICE).name == "canto:luis" and hummed(home, None) == 110
    voice_file(home).unlink()
    said: list[str] = []
    assert active(home, VOICE, warn=said.append).name == "starter-voice"
    assert "'canto:luis'" in said[0] and said[0].endswith("Until then the one before it speaks.")


def test_the_engine_speaks_with_it(home: Path) -> None:
    said: list[str] = []
    parts = load(home, False, said.append, None, "canto:luis")
    assert not said and parts.voice is not None and parts.voice.name == "canto:luis"
    assert round(tones.pitch(next(parts.voice.speak("Hola, ¿qué tal?")), 16_000), -1) == 110


@pytest.mark.parametrize("by_path", [False, True])
def test_a_talk_is_spoken_with_it(home: Path, tmp_path: Path, by_path: bool) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from models import kinds\nfrom tests import tones\nkinds.KINDS = (*kinds.KINDS, tones)\n"
    )
    said = spoken(tmp_path / "hola.wav", "Me gusta la comida española.", after=0.5)
    name = f"{voice_file(home)}:luis" if by_path else "canto:luis"
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "talk", said, "--voice", name, "--out", tmp_path / "replies", "--json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and not done.stderr, done.stderr
    [reply] = (tmp_path / "replies").glob("*.wav")
    with wave.open(str(reply)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)
        assert round(tones.pitch(sound, file.getframerate()), -1) == 110


def test_who_is_no_speaker_is_told_who_is(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("canto:eva", f"{voice_file(home)}:eva"):
        assert main(["talk", "--voice", name]) == 2
        sentence = "The voice canto has no speaker called 'eva': choose ana, luis.\n"
        assert capsys.readouterr().err.endswith(sentence)
    assert main(["talk", "--voice", "starter-voice:eva"]) == 2
    assert "starter-voice has no speakers to choose from, so none called 'eva': name it" in capsys.readouterr().err


def test_one_that_is_cut_short_is_refused_wherever_it_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = voice_file(home)
    whole = catalog.at(file, VOICE)
    file.write_text(tones.EXAMPLE[:30])
    sentence = f"The voice canto at {file} is no whole file of tones: install it again."
    with pytest.raises(ModelError) as refused:
        catalog.verify(whole)
    assert str(refused.value) == sentence
    for name in ("canto", "canto:luis", str(file), f"{file}:luis"):
        with pytest.raises(ModelError) as refused:
            active(home, VOICE, name)
        assert str(refused.value) == sentence
    main(["models", "list", "--part", "voice", "--json"])
    said = capsys.readouterr()
    assert f"{sentence} It is left out." in said.err and "canto" not in said.out
    monkeypatch.setenv(VARIABLES[VOICE], "canto")
    check = examined()
    assert not check.ok and f"{check.detail}: {check.remedy}." == sentence


def test_one_that_speaks_another_language_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    voice_file(home).write_text(tones.EXAMPLE.replace('"es"', '"de"'))
    assert "canto" not in listed(capsys)
    with pytest.raises(ModelError, match=r"The voice canto at .* knows no Spanish: choose another one"):
        active(home, VOICE, "canto")
    assert active(home, VOICE, str(voice_file(home))).name == "canto", "who names its path knows what it is"


def test_a_path_of_no_kind_is_told_what_all_kinds_are(home: Path) -> None:
    with pytest.raises(
        ModelError, match=r"is not a voice: name a Piper voice \(.*\) or a file of tones \(\.tones\)"
    ):
        catalog.at(Path(__file__), VOICE)


async def test_the_models_screen_says_that_one_is_left_out(home: Path) -> None:
    async with app_with(home, size=(120, 40)) as it:
        await it.press("5")
        await it.until(lambda: "canto" in it.seen())
        assert "broken" not in it.seen()
        voice_file(home).write_text("")
        await it.press("1")
        await it.press("5")
        await it.until(lambda: "× canto.tones" in it.seen() and not it.toasts())


async def test_the_models_screen_shows_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLES[VOICE], "canto:luis")
    async with app_with(home, size=(120, 40)) as it:
        await it.press("5")
        await it.until(lambda: "canto" in it.seen())
        [row] = [line for line in it.seen().splitlines() if "canto" in line]
        assert "● canto:luis" in row and "in use" in row and "CC0-1.0" in row
        await it.press("tab", "tab")
        await it.until(lambda: "luis speaks; ana can, too: p lets you hear them." in it.seen())
