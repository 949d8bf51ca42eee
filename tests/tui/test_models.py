"""The Models screen: what there is, and all that can be done with it by key. Nothing leaves the machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.engine.protocol import ModelChanged, UseModel
from core.own_models import memory
from core.own_models.memory import FITS, TIGHT, TOO_BIG, Memory, fit, needed_mb
from core.own_models.trying import SENTENCE, Trial
from core.versions.active import RECOGNISER, TUTOR, VARIABLES, VOICE, chosen_name
from models import catalog
from models.catalog import Entry
from store.database import Store
from tests import starters
from tests.models.test_piper_speakers import duo  # noqa: F401 - a fixture
from tests.tui import pretended_models
from tests.tui.models_driver import at_models, put
from tui.models.add_form import AddForm
from tui.models.inventory import BROKEN, ELSEWHERE, HERE, IN_USE, TO_FETCH
from tui.models.speakers import Speakers
from tui.shell import task_runner
from tui.shell.confirm import Confirm
from tui.shell.path_line import PathLine

BASE = "whisper-base"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No other program keeps models, no variable names one, and what is fetched comes from nowhere."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for variable in ("HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "XDG_DATA_HOME", *VARIABLES.values()):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(task_runner, "MODULE", "tests.tui.pretended_models")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def chosen(data: Path, part: str) -> str:
    with Store.open(data) as store:
        return chosen_name(store, part)


# --- what there is --------------------------------------------------------------------------------


async def test_all_models_are_listed_by_part_with_what_they_are_and_whether_they_fit(data: Path) -> None:
    put(data, "tutor/mine.gguf", "voice/mine.onnx")
    (data / "models" / "recogniser").mkdir()
    (data / "models" / "recogniser" / "linked").symlink_to(starters.path(RECOGNISER))
    (data / "models" / "tutor" / "cut.gguf").write_bytes(b"GGUF")
    shutil.copy(starters.path(TUTOR), data / "models" / "astray.gguf")
    async with at_models(data) as it:
        for part, name in ((RECOGNISER, "starter-ear"), (TUTOR, "starter-tutor"), (VOICE, "starter-voice")):
            assert it.state(part, name) == IN_USE
        assert it.state(TUTOR, "mine") == it.state(VOICE, "mine") == it.state(RECOGNISER, "linked") == HERE
        assert it.state(RECOGNISER, BASE) == TO_FETCH
        assert it.state(TUTOR, "cut.gguf") == it.state(TUTOR, "astray.gguf") == BROKEN
        await it.sees("Recogniser: what hears you", "● starter-ear in use 5 MB fits")
        await it.on(RECOGNISER, "linked")
        await it.sees(f"a link to {starters.path(RECOGNISER)}"[:60])
        await it.on(TUTOR, "astray.gguf")
        await it.sees("is not looked at there: move it into")
        await it.on(VOICE, "mine")
        await it.sees("Piper ONNX", "5 MB on the disk, about 60 MB of memory: fits", "Your own go into")


async def test_what_the_environment_names_goes_first_and_the_screen_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(data, "tutor/mine.gguf")
    monkeypatch.setenv(VARIABLES[TUTOR], "mine")
    async with at_models(data) as it:
        assert (it.state(TUTOR, "mine"), it.state(TUTOR, "starter-tutor")) == (IN_USE, HERE)
        await it.on(TUTOR, "mine")
        await it.sees("TERTULIA_TUTOR names it, and goes before what is chosen here")


async def test_models_of_other_programs_are_found_and_used_by_a_link(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "nobody" / ".lmstudio" / "models" / "ana" / "charla" / "charla-q4.gguf"
    kept.parent.mkdir(parents=True)
    shutil.copy(starters.path(TUTOR), kept)
    async with at_models(data) as it:
        await it.until(lambda: it.state(TUTOR, "charla-q4"))
        assert it.state(TUTOR, "charla-q4") == ELSEWHERE
        await it.on(TUTOR, "charla-q4")
        await it.sees("LM Studio", "it is linked to, not copied")
        trial = await it.tries(TUTOR, "charla-q4")
        assert isinstance(trial, Trial) and trial.said


def test_memory_is_judged_in_plain_words() -> None:
    have = Memory(8000, 4000)
    assert (fit(3000, have), fit(3900, have), fit(7500, have)) == (FITS, TIGHT, TOO_BIG)
    assert fit(3900, have, running=True) == FITS
    assert fit(3900, memory.UNKNOWN) == "" and fit(3900, Memory(8000, 0)) == FITS
    here = memory.of_this_machine()
    assert here.total_mb > here.free_mb > 0


def test_what_a_model_needs_is_guessed_as_the_catalog_says_it_is() -> None:
    for entry in catalog.known():
        if entry.size_mb > 100:
            bare = Entry(entry.name, entry.part, entry.format, size_mb=entry.size_mb)
            assert 0.5 < needed_mb(bare) / entry.memory_mb < 2.0, entry.name


async def test_what_is_too_big_is_loaded_only_after_a_question(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(data, "tutor/mine.gguf")
    monkeypatch.setattr(memory, "of_this_machine", lambda: Memory(100, 50))
    async with at_models(data) as it:
        await it.on(TUTOR, "mine")
        await it.sees("too big for this machine (50 MB of 100 MB free)")
        await it.press("space")
        await it.sees("Load mine all the same?")
        await it.press("n", "enter")
        await it.sees("Load mine all the same?")
        await it.press("y")
        await it.until(lambda: chosen(data, TUTOR) == "mine")


async def test_hundreds_of_models_scroll(data: Path) -> None:
    (data / "models" / "tutor").mkdir(parents=True)
    for number in range(300):
        (data / "models" / "tutor" / f"t{number:03}.gguf").symlink_to(starters.path(TUTOR))
    async with at_models(data, (80, 24)) as it:
        await it.press("end", "home", "pagedown", "pageup", "tab")
        await it.on(TUTOR, "t000")
        await it.press("end")
        assert it.screen.row is not None and it.screen.row.entry.part == VOICE


# --- trying ---------------------------------------------------------------------------------------


async def test_a_voice_is_heard_before_it_is_chosen_and_again_at_once(data: Path) -> None:
    put(data, "voice/mine.onnx")
    async with at_models(data) as it:
        trial = await it.tries(VOICE, "mine")
        assert isinstance(trial, Trial) and trial.wav is not None
        await it.sees(SENTENCE[:40])
        await it.until(lambda: it.heard == [trial.wav])
        assert trial.wav.stat().st_size > 50_000 and chosen(data, VOICE) == "starter-voice"
        await it.press("space")
        await it.until(lambda: it.heard == [trial.wav] * 2)
        wav = trial.wav
    assert not wav.exists()


async def test_the_others_are_loaded_and_it_is_said_how_long_that_takes(data: Path) -> None:
    async with at_models(data) as it:
        assert isinstance(await it.tries(RECOGNISER, "starter-ear"), Trial)
        await it.sees("loaded in", "heard a second of silence in")
        assert isinstance(await it.tries(TUTOR, "starter-tutor"), Trial)
        await it.sees("loaded in", "began to answer in")


async def test_a_model_that_ends_its_process_is_told(data: Path) -> None:
    put(data, "recogniser/mine")
    (data / "models" / "recogniser" / "mine" / "model.bin").write_bytes(b"\x06\x00\x00\x00" + b"\xff" * 4096)
    async with at_models(data) as it:
        if it.state(RECOGNISER, "mine") == HERE:  # else it is refused at sight
            said = await it.tries(RECOGNISER, "mine")
            assert isinstance(said, str) and "recogniser mine" in said
        else:
            assert it.state(RECOGNISER, "mine") == BROKEN


async def test_the_speakers_of_a_voice_are_heard_and_one_is_chosen(data: Path, duo: Path) -> None:  # noqa: F811
    (data / "models" / "voice").mkdir(parents=True)
    for file in (duo, duo.with_name(f"{duo.name}.json")):
        shutil.copy(file, data / "models" / "voice")
    async with at_models(data) as it:
        await it.on(VOICE, "es-duo")
        await it.sees("M speaks; F can, too: p lets you hear them.")
        await it.press("p")
        await it.sees("Who speaks in es-duo?")
        dialog = it.app.screen
        assert isinstance(dialog, Speakers)
        await it.press("down", "space")
        await it.until(lambda: len(it.heard) == 1)
        await it.sees(f"F: “{SENTENCE[:20]}")
        await it.press("enter")
        await it.until(lambda: chosen(data, VOICE) == "es-duo:F")
        await it.until(lambda: UseModel(VOICE) in it.engine.asked)
        await it.sees("● es-duo:F")


# --- choosing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "file"), [(TUTOR, "mine.gguf"), (VOICE, "mine.onnx"), (RECOGNISER, "mine")])
async def test_enter_uses_a_model_from_now_on(
    part: str, file: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.versions.rehear.begin_rehearing", lambda data: None)
    put(data, f"{part}/{file}")
    async with at_models(data) as it:
        await it.on(part, "mine")
        await it.press("enter")
        await it.until(lambda: UseModel(part) in it.engine.asked)
        assert chosen(data, part) == "mine"
        await it.until(lambda: it.state(part, "mine") == IN_USE)
        await it.told("mine is in use from the next turn on.")
        if part == RECOGNISER:
            await it.engine_says(ModelChanged(RECOGNISER, "mine", False))
            await it.sees("ear: mine, not yet tested on you")


async def test_one_that_does_not_work_is_not_used(data: Path) -> None:
    put(data, "tutor/mine.gguf")
    whole = starters.path(TUTOR).read_bytes()
    (data / "models" / "tutor" / "mine.gguf").write_bytes(whole[: len(whole) // 2])
    async with at_models(data) as it:
        if it.state(TUTOR, "mine") == HERE:  # else it is refused at sight
            await it.on(TUTOR, "mine")
            await it.press("enter")
            await it.told("The tutor mine")
        assert chosen(data, TUTOR) == "starter-tutor" and UseModel(TUTOR) not in it.engine.asked


# --- fetching -------------------------------------------------------------------------------------


async def test_a_model_is_fetched_and_offered(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.versions.rehear.begin_rehearing", lambda data: None)
    async with at_models(data) as it:
        await it.on(RECOGNISER, BASE)
        await it.press("enter")
        await it.sees(f"Fetch {BASE} (148 MB)?", "licence: MIT")
        await it.press("y")
        await it.sees(f"{BASE} is here. Use it from now on?")
        await it.press("y")
        await it.until(lambda: chosen(data, RECOGNISER) == BASE)
        await it.sees(f"✓ fetching {BASE} is here")


async def test_the_everyday_set_is_one_key_and_used_in_place_of_the_starters(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.versions.rehear.begin_rehearing", lambda data: None)
    async with at_models(data) as it:
        await it.sees("The starter understands no people. E fetches the everyday set", BASE)
        await it.press("E")
        await it.until(lambda: UseModel(RECOGNISER) in it.engine.asked)
        assert chosen(data, RECOGNISER) == BASE
        await it.until(lambda: not it.screen.pane.banner.display)


async def test_progress_stays_while_one_is_elsewhere_and_a_fetch_is_stopped(data: Path) -> None:
    async with at_models(data) as it:
        await it.on(RECOGNISER, pretended_models.SLOW)
        await it.press("b", "y")
        await it.sees("61 of 148 MB, 2.1 MB/s", "41%", "x stop")
        await it.on(RECOGNISER, BASE)
        await it.press("b", "y")  # waits for the first
        await it.told(f"fetching {BASE} begins when fetching {pretended_models.SLOW} is over.")
        await it.sees("waits")
        await it.press("x")
        await it.until(lambda: not it.screen.jobs.waiting)
        await it.press("3", "5")
        await it.sees("61 of 148 MB, 2.1 MB/s", "41%")
        await it.press("x")
        await it.sees("stopped; what has come is kept")
        await it.press("escape")
        await it.until(lambda: not it.screen.task_line.display)
        assert it.state(RECOGNISER, pretended_models.SLOW) == TO_FETCH


async def test_two_fetches_are_one_after_the_other_and_a_failure_costs_only_itself(data: Path) -> None:
    async with at_models(data) as it:
        for name in (pretended_models.BROKEN, BASE):
            await it.on(RECOGNISER, name)
            await it.press("b", "y")
        await it.told(f"{pretended_models.BROKEN} cannot be had (no source answered): connect to a network.")
        await it.sees(f"{BASE} is here. Use it from now on?")
        await it.press("n")
        assert chosen(data, RECOGNISER) == "starter-ear"


# --- adding, verifying, removing ------------------------------------------------------------------


async def test_a_model_is_added_by_its_path_verified_and_removed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_runner, "MODULE", "tui.cli")
    mine = tmp_path / "charla.gguf"
    shutil.copy(starters.path(TUTOR), mine)
    async with at_models(data) as it:
        await it.press("I")
        await it.until(lambda: isinstance(it.app.screen, AddForm))
        await it.press("enter")
        await it.sees("Name a file or folder first.")
        it.app.screen.query_one(PathLine).value = str(mine)
        await it.press("enter")
        await it.sees("charla is here. Use it from now on?")
        await it.press("n")
        assert it.state(TUTOR, "charla") == HERE and it.screen.row == it.model(TUTOR, "charla")
        await it.press("L")
        await it.sees("every file is whole")
        await it.press("delete")
        await it.sees("Remove charla?")
        await it.press("y")
        await it.until(lambda: not it.state(TUTOR, "charla"))
        assert mine.exists()


async def test_what_is_no_model_is_not_added(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_runner, "MODULE", "tui.cli")
    (tmp_path / "notes.txt").write_text("no model")
    async with at_models(data) as it:
        await it.press("I")
        it.app.screen.query_one(PathLine).value = str(tmp_path / "notes.txt")
        await it.press("enter")
        await it.told("notes.txt")
        assert it.screen.task_line.state == "failed"


async def test_removing_the_one_in_use_goes_back_to_the_one_before(data: Path) -> None:
    put(data, "voice/mine.onnx")
    async with at_models(data) as it:
        await it.on(VOICE, "mine")
        await it.press("enter")
        await it.until(lambda: it.state(VOICE, "mine") == IN_USE)
        await it.press("delete")
        await it.sees("Remove mine?", "It is in use")
        assert isinstance(it.app.screen, Confirm)
        await it.press("y")
        await it.until(lambda: it.state(VOICE, "starter-voice") == IN_USE)
        await it.until(lambda: it.engine.asked.count(UseModel(VOICE)) == 2)


async def test_keys_that_do_nothing_are_not_shown(data: Path) -> None:
    async with at_models(data) as it:
        await it.on(RECOGNISER, "starter-ear")
        assert "enter use" not in it.seen() and "del remove" not in it.seen() and "x stop" not in it.seen()
        await it.press("delete", "x", "p", "b", "enter")
        assert it.app.screen is it.screen and it.screen.jobs.now is None
