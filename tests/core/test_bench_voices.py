"""The bench of voices: each is heard by a recogniser and timed, and what cannot be is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.bench import voices
from models import catalog
from models.errors import ModelError
from models.evaluation.scoring import normalise
from tests.models.small_kokoro import folder, style
from tests.places import ROOT
from tests.tui.cli.driver import tertulia

LISTENER = "starter-ear"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a Kokoro voice that hums, and one whose network is damaged."""
    place = tmp_path / "models" / "voice"
    folder(place / "hum", ana=440, luis=220)
    (place / "broken").mkdir()
    (place / "broken" / "kokoro.onnx").write_bytes(b"nothing")
    np.savez(place / "broken" / "voices.npz", ana=style(440))
    monkeypatch.setenv("TERTULIA_HOME", str(tmp_path))
    return tmp_path


def test_every_installed_voice_is_heard_and_timed_and_a_broken_one_is_named(home: Path) -> None:
    warned: list[str] = []
    found = voices.summary(recogniser=LISTENER, count=3, warn=warned.append)
    starter, hum = found["voices"]
    assert (starter["voice"], hum["voice"]) == (catalog.starter("voice").name, "hum")
    assert len(warned) == 1 and "broken" in warned[0]
    assert starter["wer_low"] <= starter["wer"] <= starter["wer_high"] < hum["wer"]
    for one in (starter, hum):
        assert (one["sentences"], one["words"]) == (3, sum(len(text.split()) for text in sentences()[:3]))
        assert one["speech_seconds"] > 3
        assert [cost["threads"] for cost in one["costs"]] == [1, 2]
        assert all(cost["first_sound_s"] > 0 and cost["cpu_per_second"] > 0 for cost in one["costs"])
    lines = voices.table(found).splitlines()
    assert lines[0] == "Heard by starter-ear; words in lower case without punctuation; accents count."
    assert len(lines) == 5 and lines[3].startswith(starter["voice"]) and f"{hum['words']} words" in lines[4]


def test_a_voice_is_named_with_its_speaker(home: Path) -> None:
    done = tertulia(home, "bench", "voices", "--voice", "hum:luis", "--recogniser", LISTENER, "--json")
    (one,) = json.loads(done.stdout)["voices"]
    assert (one["voice"], one["sentences"]) == ("hum:luis", 60)


@pytest.mark.parametrize("name", ["broken", "hum:eva", "nobody"])
def test_a_named_voice_that_cannot_be_used_is_an_error(home: Path, name: str) -> None:
    with pytest.raises(ModelError, match=name.rpartition(":")[2]):
        voices.summary([name], LISTENER, 1)


def test_without_the_recogniser_it_is_said_how_to_get_it(home: Path) -> None:
    done = tertulia(home, "bench", "voices")
    assert done.returncode == 2 and not done.stdout
    assert "The recogniser whisper-base is not on this machine: " in done.stderr


def sentences() -> list[str]:
    return voices.SENTENCES.read_text(encoding="utf-8").splitlines()


def test_the_sentences_are_whole_and_of_nobodys_training() -> None:
    said = sentences()
    assert len(said) == len(set(map(normalise, said))) == 60
    for text in said:
        assert text[0] in "¿¡" or text[0].isupper()
        assert text[-1] in ".?!" and not any(char.isdigit() for char in text)
        assert text.count("¿") == text.count("?") and text.count("¡") == text.count("!")
    texts = [*(ROOT / "trainer").rglob("*.txt"), ROOT / "core" / "bench" / "sentences.txt"]
    known = {normalise(line) for path in texts for line in path.read_text(encoding="utf-8").splitlines()}
    assert len(known) > 300 and not known & set(map(normalise, said))
