"""What was promoted is what every command, the engine and the screens use, and say that they use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from core.versions import registry
from core.versions.active import RECOGNISER, VARIABLES, check
from core.versions.listing import listing
from store.database import Store
from tests import learner_store as makings
from tests import starters
from tests.core.engine.driver import spoken
from tests.tui.cli import driver
from tests.tui.driver import app_with
from trainer.contract.folder import DEPLOYED, WEIGHTS


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing but the starters, whatever the machine of the test holds."""
    for variable in (*VARIABLES.values(), "HF_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no-cache"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copied recogniser in the models folder, and a version that a run made."""
    data = tmp_path / "data"
    shutil.copytree(starters.path("recogniser"), data / "models" / "recogniser" / "copied")
    with Store.open(data) as store:
        makings.version(store)
    return data


def tertulia(home: Path, *arguments: str | Path) -> CompletedProcess[str]:
    done = driver.tertulia(home, *arguments)
    assert done.returncode in (0, 1), done.stderr  # 1: a check of the doctor's that is not about models
    return done


def lines(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def promote(home: Path, name: str) -> None:
    with Store.open(home) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "try_out", check)  # a trial takes a second, and these are whole
        registry.promote(store, name, force=True)


def models_of(home: Path, table: str) -> list[str]:
    with Store.open(home) as store:
        return [row["model"] for row in store.execute(f"SELECT model FROM {table} ORDER BY id")]


@pytest.mark.parametrize("name", ["copied", "v1"])
def test_what_was_promoted_is_used_everywhere(home: Path, tmp_path: Path, name: str) -> None:
    said = spoken(tmp_path / "dicho.wav", "Me gusta la comida española.", after=0.5)
    tertulia(home, "promote", name, "--no-rehear")
    [heard] = lines(tertulia(home, "transcribe", said, "--json"))
    assert heard["model"] == name
    [done] = lines(tertulia(home, "import", said, "--json"))
    assert done["transcribed"] == 1 and models_of(home, "segments") == [name]
    checks = {check["check"]: check for check in lines(tertulia(home, "doctor", "--json"))}
    assert checks["recogniser"]["ok"] and checks["recogniser"]["detail"].startswith(f"{name}, ")
    listed = lines(tertulia(home, "models", "list", "--json"))
    assert [model["name"] for model in listed if model["in_use"]] == [name, "starter-tutor", "starter-voice"]
    [turn] = lines(tertulia(home, "talk", said, "--json"))
    assert turn["heard"] and models_of(home, "hypotheses")[-1] == name


def test_another_one_listens_for_once_where_it_is_named(home: Path, tmp_path: Path) -> None:
    first, second = (spoken(tmp_path / f"{n}.wav", text) for n, text in enumerate(("Hola.", "Hasta mañana.")))
    promote(home, "v1")
    for model, name in (("copied", "copied"), (home / "models" / "recogniser" / "copied", "copied")):
        [heard] = lines(tertulia(home, "transcribe", first, "--model", model, "--json"))
        assert heard["model"] == name
    tertulia(home, "import", first)
    [done] = lines(tertulia(home, "import", second, "--model", "copied", "--json"))
    assert done["transcribed"] == 1 and models_of(home, "segments") == ["v1", "copied"]
    tertulia(home, "talk", first, "--model", "starter-ear")
    assert models_of(home, "hypotheses") == ["v1", "copied", "starter-ear"]


def test_where_it_is_damaged_all_say_so_and_go_on_with_the_one_before(home: Path, tmp_path: Path) -> None:
    said = spoken(tmp_path / "dicho.wav", "Hola, ¿qué tal?")
    promote(home, "copied")
    promote(home, "v1")
    weights = home / "runs" / "0001" / "version" / DEPLOYED / WEIGHTS
    body = bytearray(weights.read_bytes())
    body[len(body) // 2] ^= 1
    weights.write_bytes(body)
    sentence = "is damaged (wrong checksum)"
    for command in (["transcribe", said, "--json"], ["import", said, "--json"], ["models", "list", "--json"]):
        done = tertulia(home, *command)
        assert sentence in done.stderr and done.stderr.endswith("Until then the one before it listens.\n")
    assert models_of(home, "segments") == ["copied"]
    [model] = [found.entry.name for found in listing(home) if found.in_use and found.entry.part == RECOGNISER]
    assert model == "copied"
    [found] = [check for check in lines(tertulia(home, "doctor", "--json")) if check["check"] == "recogniser"]
    assert not found["ok"] and not found["needed"] and found["remedy"]
    assert found["detail"].startswith("copied, ") and sentence in found["detail"]
    done = tertulia(home, "talk", said, "--json")
    assert sentence in done.stderr and models_of(home, "hypotheses")[-1] == "copied"


async def test_the_models_screen_shows_what_the_command_lists(home: Path) -> None:
    promote(home, "copied")
    async with app_with(home, size=(120, 60)) as it:
        await it.press("5")
        await it.until(lambda: "whisper-base" in it.seen())
        lines = [line.strip(" ▌") for line in it.seen().splitlines()]
        marks = {line[2:].split("  ")[0]: line[0] for line in lines if line}
        assert (marks["copied"], marks["v1"], marks["whisper-base"]) == ("●", "✓", "↓")
        assert str(home / "models") in it.seen().replace("\n ", "")
        for model in listing(home):
            assert (marks[model.entry.name] == "●") is model.in_use
        await it.press("1")
        promote(home, "v1")
        await it.press("5")
        await it.until(lambda: any("● v1 " in line and "in use" in line for line in it.seen().splitlines()))


def test_one_that_lies_elsewhere_is_listed_while_it_is_in_use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = shutil.copy(starters.path("tutor"), home.parent / "mine.gguf")
    assert "mine" not in {model.entry.name for model in listing(home)}
    monkeypatch.setenv(VARIABLES["tutor"], str(elsewhere))
    assert "mine" in {model.entry.name for model in listing(home) if model.in_use}
    monkeypatch.setenv(VARIABLES["tutor"], "no such tutor")
    warnings: list[str] = []
    assert {model.entry.part for model in listing(home, warnings.append) if model.in_use} == {"recogniser", "voice"}
    assert len(warnings) == 1 and f"or put it into {home / 'models'}/tutor." in warnings[0]
