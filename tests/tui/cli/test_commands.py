"""The command line, as a script or an SSH session uses it: real processes, real models, real files."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from core.conversation import distress
from tests.patience import PATIENCE
from tests.starters import load_voice

SAID = "Me gusta la comida española."


@pytest.fixture(scope="module")
def speech() -> tuple[NDArray[np.float32], int]:
    voice = load_voice()
    return np.concatenate(list(voice.speak(SAID))), voice.sample_rate


@pytest.fixture(scope="module")
def wav(speech: tuple[NDArray[np.float32], int], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spoken") / "dicho.wav"
    soundfile.write(path, *speech)
    return path


def tertulia(
    home: Path, *arguments: str | Path, offline: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line with its own data folder; `offline` takes every network interface away."""
    command = [sys.executable, "-P", "-c", "import sys; from tui.cli import main; sys.exit(main())"]
    if offline:
        command = ["unshare", "--map-root-user", "--net", *command]
    return subprocess.run(
        [*command, *map(str, arguments)],
        env={**os.environ, "TERTULIA_HOME": str(home), **environment},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def lines(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    """The one thing said on standard error, by a command that refused."""
    said = result.stderr.strip().splitlines()
    assert result.returncode == 2, result.stderr
    assert len(said) == 1, said
    assert said[0].startswith("tertulia: ")
    assert "Traceback" not in said[0]
    return said[0]


def test_a_file_is_transcribed_with_its_words_and_times(tmp_path: Path, wav: Path) -> None:
    result = tertulia(tmp_path, "transcribe", wav, wav, "--json")
    assert result.returncode == 0, result.stderr
    first, second = lines(result)
    assert set(first) == {"file", "text", "words", "seconds", "compute_seconds", "model"}
    assert first["file"] == str(wav)
    assert first["text"] == second["text"] == " ".join(w["word"] for w in first["words"])
    assert "gusta" in first["text"]
    ends = [0.0] + [w["end"] for w in first["words"]]
    assert all(w["start"] >= before - 0.001 for w, before in zip(first["words"], ends, strict=False))
    assert ends[-1] <= first["seconds"]
    assert all(0 <= w["probability"] <= 1 for w in first["words"])


def test_one_bad_file_among_good_ones_costs_only_itself(tmp_path: Path, wav: Path) -> None:
    result = tertulia(tmp_path, "transcribe", tmp_path / "no such.wav", wav)
    assert "gusta" in result.stdout
    assert "no such.wav" in one_sentence(result)


def _bad(folder: Path, speech: tuple[NDArray[np.float32], int]) -> dict[str, Path]:
    """Files that are not what they should be."""
    samples, rate = speech
    files = {name: folder / f"{name}.wav" for name in ("text", "empty", "nan", "zero hertz")}
    files["text"].write_text("¡Hola! \x1b[31mNo soy sonido.")
    files["empty"].touch()
    soundfile.write(files["nan"], np.full(8_000, np.nan, np.float32), rate, subtype="FLOAT")
    with wave.open(str(files["zero hertz"]), "wb") as whole:
        whole.setnchannels(1), whole.setsampwidth(2), whole.setframerate(8_000)
        whole.writeframes(bytes(16_000))
    body = bytearray(files["zero hertz"].read_bytes())
    body[24:28] = bytes(4)
    files["zero hertz"].write_bytes(body)
    files["cut"] = folder / "cut.flac"
    soundfile.write(files["cut"], samples, rate)
    files["cut"].write_bytes(files["cut"].read_bytes()[: files["cut"].stat().st_size // 2])
    files["folder"] = folder
    return files


def test_bad_audio_is_refused_in_one_sentence_and_nothing_is_stored(
    tmp_path: Path, speech: tuple[NDArray[np.float32], int]
) -> None:
    for name, path in _bad(tmp_path, speech).items():
        for command in ("transcribe", "talk"):
            sentence = one_sentence(tertulia(tmp_path / "home", command, path, "--json"))
            assert str(path) in sentence or path.name in sentence, (name, sentence)
            assert "\x1b" not in sentence
    assert not list((tmp_path / "home").rglob("*.flac"))


def test_unusual_but_honest_audio_is_heard(tmp_path: Path, speech: tuple[NDArray[np.float32], int]) -> None:
    samples, rate = speech
    eight, fast = tmp_path / "eight.wav", tmp_path / "fast.flac"
    soundfile.write(eight, np.stack([samples] * 8, axis=1), rate)
    soundfile.write(fast, np.repeat(samples, 8), rate * 8)
    result = tertulia(tmp_path, "transcribe", eight, fast, "--json")
    assert result.returncode == 0, result.stderr
    assert all("gusta" in line["text"] for line in lines(result))


def test_a_turn_longer_than_five_minutes_is_refused(tmp_path: Path) -> None:
    hours = tmp_path / "three hours.flac"
    with soundfile.SoundFile(hours, "w", 8_000, 1) as file:
        for _ in range(180):
            file.write(np.zeros(8_000 * 60, np.float32))
    assert "5 minutes" in one_sentence(tertulia(tmp_path, "talk", hours))
    assert "60 minutes" in one_sentence(tertulia(tmp_path, "transcribe", hours))


def test_a_conversation_by_files_answers_aloud_and_is_stored(tmp_path: Path, wav: Path) -> None:
    out = tmp_path / "replies"
    result = tertulia(tmp_path, "talk", wav, wav, "--out", out, "--json")
    assert result.returncode == 0, result.stderr
    first, second = lines(result)
    assert set(first) == {"turn", "heard", "reply", "feedback", "reply_audio", "timings", "session"}
    assert first["session"] == second["session"]
    assert first["turn"] != second["turn"]
    for turn in (first, second):
        assert "gusta" in turn["heard"]
        assert turn["reply"].endswith("?")
        assert turn["timings"] and all(
            name.endswith("_s") and value >= 0 for name, value in turn["timings"].items()
        )
        with wave.open(turn["reply_audio"]) as reply:
            assert reply.getsampwidth() == 2
            sound = np.frombuffer(reply.readframes(reply.getnframes()), np.int16)
        assert np.abs(sound.astype(int)).max() > 1000
    with sqlite3.connect(tmp_path / "tertulia.db") as database:
        assert database.execute("SELECT count(*) FROM turns WHERE role = 'learner'").fetchone() == (2,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_distress_is_answered_humanely_without_a_screen_as_well(tmp_path: Path) -> None:
    voice, death = load_voice(), tmp_path / "muerte.wav"
    soundfile.write(death, np.concatenate(list(voice.speak("Mi abuela murió ayer."))), voice.sample_rate)
    result = tertulia(tmp_path, "talk", death, "--json")
    assert result.returncode == 0, result.stderr
    [turn] = lines(result)
    assert turn["reply"] == distress.answer(turn["heard"]) == distress.answer("Mi abuela murió.")
    assert turn["feedback"] == []


def test_an_unknown_scenario_is_refused_before_anything_is_stored(tmp_path: Path, wav: Path) -> None:
    assert "marte" in one_sentence(tertulia(tmp_path, "talk", wav, "--scenario", "marte"))
    assert not (tmp_path / "tertulia.db").exists()


@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "--map-root-user", "--net", "true"], check=False, capture_output=True).returncode
    != 0,
    reason="this system does not let us make a network namespace",
)
def test_a_conversation_needs_no_network(tmp_path: Path, wav: Path) -> None:
    result = tertulia(tmp_path, "talk", wav, "--json", offline=True)
    assert result.returncode == 0, result.stderr
    assert lines(result)[0]["reply"]


def test_the_doctor_says_what_works(tmp_path: Path) -> None:
    result = tertulia(tmp_path, "doctor", "--json")
    checks = {line["check"]: line for line in lines(result)}
    assert result.returncode == 0, checks
    assert {"data folder", "database", "recogniser", "tutor", "voice", "microphone"} <= set(checks)
    assert all({"ok", "detail", "remedy"} <= set(check) for check in checks.values())
    assert all(check["ok"] or check["remedy"] for check in checks.values())


def test_the_doctor_finds_a_damaged_database_and_leaves_it_alone(tmp_path: Path) -> None:
    damaged = tmp_path / "tertulia.db"
    damaged.write_bytes(b"this was never a database " * 100)
    before = damaged.read_bytes()
    result = tertulia(tmp_path, "doctor", "--json")
    found = next(line for line in lines(result) if line["check"] == "database")
    assert result.returncode == 1
    assert not found["ok"] and found["detail"].endswith("is damaged (file is not a database)")
    assert found["remedy"].startswith("there is no backup copy beside it; move tertulia.db")
    assert damaged.read_bytes() == before


def test_a_missing_model_is_named_with_the_remedy(tmp_path: Path, wav: Path) -> None:
    asked = str(tmp_path / "nowhere")
    assert asked in one_sentence(tertulia(tmp_path, "transcribe", wav, TERTULIA_RECOGNISER=asked))
    assert "whisper-medium" in one_sentence(tertulia(tmp_path, "transcribe", wav, "--model", "whisper-medium"))


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path, wav: Path) -> None:
    home = tmp_path / "taken"
    home.write_text("")
    assert "taken" in one_sentence(tertulia(home, "talk", wav))


def test_models_are_listed_with_the_starters_installed(tmp_path: Path) -> None:
    listed = lines(tertulia(tmp_path, "models", "list", "--json"))
    starters = {line["part"] for line in listed if line["starter"] and line["installed"]}
    assert starters == {"recogniser", "tutor", "voice"}
    assert any(not line["installed"] for line in listed)


def test_without_a_terminal_the_app_says_so(tmp_path: Path) -> None:
    result = tertulia(tmp_path)
    assert result.returncode == 2
    assert "terminal" in result.stderr
