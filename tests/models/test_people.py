"""A real recogniser hears a person; the one that ships does not, and says so."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from models.device import choose
from models.whisper.recogniser import WhisperRecogniser
from tests import real_weights
from tests.human_speech import as_wav, first_prompts, misheard
from tests.tui.cli.test_commands import lines, tertulia

pytestmark = pytest.mark.real

MISHEARD = 0.2
"""Of the words at most: half again what Whisper base mishears of all the prompts, with room for few words."""


def test_whisper_base_hears_a_person() -> None:
    prompts = first_prompts()
    folder = real_weights.folder_of(real_weights.WHISPER)
    began = time.process_time()
    recogniser = WhisperRecogniser(folder, "whisper-base", choose())
    assert time.process_time() - began < 20, "seconds of processor time to load"
    heard = []
    for prompt in prompts:
        found = recogniser.recognise(prompt.audio())
        heard.append((prompt, found.text))
        ends = [0.0] + [word.end for word in found.words]
        assert all(word.start >= end for word, end in zip(found.words, ends, strict=False))
        assert ends[-1] <= found.seconds
        assert found.words[-1].end > 0.8 * found.seconds, "they are read from beginning to end"
        assert found.probability > 0.5
    errors = misheard(heard)
    assert errors.rate <= MISHEARD, [text for _, text in heard]


@pytest.mark.parametrize("voice", ["starter-voice", "kokoro-82m"])
def test_a_person_in_a_file_is_answered_aloud(tmp_path: Path, voice: str) -> None:
    wanted = [real_weights.WHISPER, *([real_weights.KOKORO] if voice == "kokoro-82m" else [])]
    home, [prompt] = real_weights.lent(tmp_path / "home", *wanted), first_prompts(1)
    result = tertulia(
        home, "talk", as_wav(prompt, tmp_path), "--out", tmp_path / "out", "--json", "--voice", voice,
        TERTULIA_RECOGNISER="whisper-base",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    [answered] = lines(result)
    assert misheard([(prompt, answered["heard"])]).rate <= MISHEARD
    assert answered["reply"]
    [spoken] = (tmp_path / "out").glob("*.wav")
    assert spoken.stat().st_size > 16_000
