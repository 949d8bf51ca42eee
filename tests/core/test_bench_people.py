"""Speech of a person for the benches: which prompts count, how they are scored, and a first answer measured."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.bench import first_answer, people, prompts
from core.errors import CoreError
from models.evaluation.plain import folded
from models.units import SAMPLE_RATE
from tests.core.engine.driver import spoken
from tests.human_speech import first_prompts

TEXTS = """\
; Core Asterisk Sounds in Spanish

b-second: Por favor ingrese  su contrasena
a-first: La conferencia ha sido bloqueada.
short: Agente conectado
beep: [ un tono de error ]
numbers: Por favor marque 1 para salir
twice: La conferencia ha terminado ahora
twice: La conferencia ha comenzado ahora
unsaid: Nadie ha dicho estas palabras
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The two packages as Debian lays them out, without sound in the files."""
    monkeypatch.setattr(prompts, "SOUNDS", tmp_path / "sounds")
    monkeypatch.setattr(prompts, "TEXTS", tmp_path / "texts.txt.gz")
    (tmp_path / "texts.txt.gz").write_bytes(gzip.compress(TEXTS.encode()))
    (tmp_path / "sounds").mkdir()
    for name in ("b-second", "a-first", "short", "beep", "numbers", "twice"):
        (tmp_path / "sounds" / f"{name}.g722").touch()
    return tmp_path


def test_sentences_with_one_text_and_one_sound_count_by_name(packages: Path) -> None:
    assert [(each.name, each.text) for each in prompts.prompts()] == [
        ("a-first", "La conferencia ha sido bloqueada."),
        ("b-second", "Por favor ingrese su contrasena"),
    ]


def test_without_the_packages_a_sentence_says_which(packages: Path) -> None:
    (packages / "texts.txt.gz").unlink()
    assert prompts.missing().endswith(f"sudo apt-get install {prompts.PACKAGES}.")
    with pytest.raises(CoreError, match="No speech of a person is installed: sudo apt-get install"):
        people.summary()


def test_damaged_packages_get_a_sentence(packages: Path) -> None:
    with pytest.raises(CoreError, match=r"a-first\.g722 cannot be read .*: install them again"):
        people.summary()
    (packages / "texts.txt.gz").write_bytes(gzip.compress(TEXTS.encode())[:-12])
    with pytest.raises(CoreError, match=r"texts\.txt\.gz cannot be read .*: install them again"):
        prompts.prompts()


def test_a_prompt_is_heard_as_it_was_read() -> None:
    [prompt] = first_prompts(1)
    audio = prompt.audio()
    assert prompt.name == "agent-alreadyon" and 7 < len(audio) / SAMPLE_RATE < 9
    assert 0.1 < abs(audio).max() <= 1


def test_accents_are_folded_and_nothing_else() -> None:
    assert folded("¿Autenticación, señor Peña? ¡Sí!") == "¿Autenticacion, senor Pena? ¡Si!"


def test_the_table_has_a_line_for_each_recogniser_and_says_on_what() -> None:
    rate = {"wer": 0.129, "wer_low": 0.101, "wer_high": 0.16, "strict_wer": 0.131, "cpu_seconds_a_second": 0.21}
    figures = {"prompts": 172, "words": 1892, "recognisers": [{"recogniser": "whisper-base", **rate}]}
    first, about = people.table(figures).splitlines()
    assert first.startswith("whisper-base   12.9 % of words misheard [10.1, 16.0], strict 13.1 %")
    assert "172 prompts, 1892 words, accents folded" in about


async def test_a_first_answer_is_measured_from_the_start_of_the_engine(tmp_path: Path) -> None:
    hello = spoken(tmp_path / "hello.wav", "Me gusta la comida española.")
    found = await first_answer.measured(tmp_path / "home", hello)
    assert found["heard"] == "Me gusta la comida española." and found["reply"]
    assert found["answer_s"] > 1.5, "the file is heard as fast as it was spoken"
    assert found["engine_s"] > 0 and found["you_to_voice_s"] is not None
    assert (found["recogniser"], found["voice"]) == ("starter-ear", "starter-voice")


async def test_a_turn_without_words_is_no_answer(tmp_path: Path) -> None:
    silence = spoken(tmp_path / "silence.wav", "", before=1.0)
    with pytest.raises(CoreError, match="The engine did not answer"):
        await first_answer.measured(tmp_path / "home", silence)
