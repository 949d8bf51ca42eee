"""Speech of a person for the benches: which prompts count, how they are scored, and a first answer measured."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.bench import beside, first_answer, human_sets, people, prompts
from core.errors import CoreError
from core.versions.active import ModelChoice
from models.audio import Audio
from models.evaluation.plain import folded
from models.units import SAMPLE_RATE
from tests.core.engine.driver import spoken
from tests.human_speech import first_prompts
from tui.cli import main

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
        ("b-second", "Por favor ingrese su contraseña"),
    ]


def test_without_the_packages_a_sentence_says_which(packages: Path) -> None:
    (packages / "texts.txt.gz").unlink()
    assert prompts.missing().endswith(f"sudo apt-get install {prompts.PACKAGES}.")
    with pytest.raises(CoreError, match="No speech of a person is installed: sudo apt-get install"):
        people.summary(name="prompts")


def test_damaged_packages_get_a_sentence(packages: Path) -> None:
    with pytest.raises(CoreError, match=r"a-first\.g722 cannot be read .*: install them again"):
        people.summary(name="prompts")
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


def test_accents_come_back_by_a_table_of_words_that_can_be_no_others() -> None:
    assert prompts.accented("Contrasena: su numero esta mas cerca") == "Contraseña: su número esta mas cerca"
    rows = [line.split() for line in prompts.ACCENTS.read_text().splitlines() if not line.startswith("#")]
    assert rows == sorted(rows) and all(folded(word) == bare != word for bare, word in rows)
    assert not {bare for bare, _ in rows} & {"esta", "mas", "el", "si", "sera", "valido", "aun", "ayudaran"}


@dataclass(frozen=True)
class Read:
    """A clip that somebody might have read."""

    name: str
    text: str
    seconds: float = 2.5

    def audio(self) -> Audio:
        return np.full(int(self.seconds * SAMPLE_RATE), 0.1, np.float32)


TEXTS_READ = [
    "Está aquí mi número",
    "Son las cinco y media",
    "esta aqui mi numero.",
    "Una frase más",
    "Otra frase más",
]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Read]:
    """The clips of one person, the only ones that are installed."""
    made = [Read(f"clip-{number}", text) for number, text in enumerate(TEXTS_READ)]
    monkeypatch.setitem(human_sets.SETS, "prompts", human_sets.HumanSet("somebody", lambda: "", lambda: made))
    absent = human_sets.HumanSet("nobody", lambda: "No clips of nobody are installed: sudo it.", lambda: [])
    monkeypatch.setitem(human_sets.SETS, "stamps", absent)
    return made


def test_no_text_is_in_both_halves(read: list[Read]) -> None:
    dev, test = (human_sets.clips("prompts", split)["prompts"] for split in human_sets.SPLITS)
    assert [clip.name for clip in dev] == ["clip-0", "clip-2", "clip-4"], "clip-2 is clip-0's text"
    assert [clip.name for clip in test] == ["clip-1", "clip-3"]
    assert [clip.name for clip in human_sets.clips("prompts", every=2)["prompts"]] == ["clip-0", "clip-2", "clip-4"]
    read[1:] = [replace(read[0], name="again"), Read("last", "Nada más por hoy")]
    assert [human_sets.splits(read)] == [["dev", "dev", "dev"]]


def test_only_what_is_installed_is_measured_unless_it_is_asked_for(read: list[Read]) -> None:
    assert list(human_sets.clips()) == ["prompts"]
    with pytest.raises(CoreError, match="No clips of nobody are installed: sudo it"):
        human_sets.clips("stamps")
    del read[1:]
    with pytest.raises(CoreError, match="no clips in that part of the prompts"):
        human_sets.clips("prompts", "test")


def _hears(words: Iterable[str]) -> Callable[[Audio], str]:
    """Hears these, whatever is said: the first once more, because that is for warming up."""
    texts = list(words)
    every = iter([texts[0], *texts])
    return lambda audio: next(every)


@pytest.fixture
def heard(read: list[Read], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The figures of the starter, which hears as is written here."""
    right = ["Esta aquí mi número", "Son las 5:30", "esta aqui mi numero", "Una frase", "Otra frase más"]
    listeners = {beside.OURS: right, beside.FULL: TEXTS_READ, beside.THEIRS: [*TEXTS_READ[:-1], "no " * 20]}
    asked: list[bool] = []

    def ways(choice: ModelChoice, all_three: bool) -> dict[str, beside.Way]:
        asked.append(all_three)
        return {name: _hears(words) for name, words in listeners.items()}

    monkeypatch.setattr(beside, "ways", ways)
    found = people.summary("starter-ear", beside=True)
    assert asked == [True]
    return found


def test_a_set_is_scored_fairly_and_strictly_with_accents_and_without(heard: dict[str, Any]) -> None:
    assert (heard["prompts"], heard["words"], heard["speech_seconds"]) == (5, 18, 12.5)
    [row] = heard["recognisers"]
    assert (row["recogniser"], row["set"], row["speaker"], row["clips"]) == (
        "starter-ear",
        "prompts",
        "somebody",
        5,
    )
    assert row["wer"] == pytest.approx(1 / 18), "más was not heard; 5:30 is as it was said"
    assert row["accents_wer"] == pytest.approx(2 / 18), "nor was the accent of está"
    assert row["wer_low"] < row["wer"] < row["wer_high"]
    assert row["strict_wer"] == pytest.approx(4 / 19) and row["accents_strict_wer"] == pytest.approx(5 / 19)
    assert heard["peak_memory_mb"] > 10 and row["cpu_seconds_a_second"] >= 0


def test_beside_it_are_full_windows_and_faster_whisper(heard: dict[str, Any]) -> None:
    [row] = heard["recognisers"]
    full, theirs = row["full_windows"], row["faster_whisper"]
    assert full["wer"] == 0 and full["change"] == pytest.approx(row["wer"])
    assert full["change_low"] <= full["change"] <= full["change_high"]
    assert (row["runaways"], theirs["runaways"]) == (0, 1) and theirs["change"] < 0
    lines = people.table(heard).splitlines()
    assert lines[0].startswith("starter-ear  prompts: 5.6 % [") and ", no runaways, " in lines[0]
    assert any("full windows: 0.0 % [" in line and "change from it +5.6 points [" in line for line in lines)
    assert "word times in the app's recogniser, none in faster-whisper's" in lines[-1]


def test_how_much_cheaper_it_is_is_told_by_the_length_of_clips() -> None:
    ours, theirs = ([beside.Heard("", cpu, seconds) for seconds in (1.0, 1.9, 5.0, 6.0)] for cpu in (0.5, 2.0))
    found = beside.times_as_cheap(ours, theirs)
    assert [(one["from_s"], one["below_s"], one["clips"]) for one in found] == [(1, 2, 2), (5, 6, 1), (1, 6, 3)]
    assert all(one["times"] == one["times_low"] == one["times_high"] == 4 for one in found)


@pytest.mark.parametrize("wrong", ["0", "-1", "two"])
def test_every_is_a_number_from_one_on(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "people", "--every", wrong])
    assert "use one from 1 on" in capsys.readouterr().err


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
