"""What starting the app must not drag in, and that the five rooms belong to nobody else."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

ROOMS = ("tui", "core", "trainer", "store", "models")
HEAVY = {
    "torch", "transformers", "peft", "datasets", "accelerate", "numpy", "faster_whisper", "ctranslate2",
    "llama_cpp", "piper", "onnxruntime", "sounddevice", "soundfile", "av", "sqlite_utils", "trainer",
    "tokenizers",
}  # fmt: skip

ONE_FRAME = """
import asyncio, json, sys
from pathlib import Path
from tui.app import TertuliaApp
from tui.stand_ins import RecitingEngine

def plain(name):
    return name in ("trainer", "trainer.contract") or name.startswith("trainer.contract.")

MODES = {
    "5": lambda screen: screen.query_one("Listing").keys,
    "2": lambda screen: screen.text.empty,
}

async def main():
    app = TertuliaApp(Path(sys.argv[1]), engine=RecitingEngine)
    async with app.run_test() as pilot:
        while app.talk.session is None:
            await pilot.pause()
        for key in sys.argv[2]:
            await pilot.press(key)
        while not MODES[sys.argv[2][-1]](app.screen):
            await pilot.pause()
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules if not plain(name)})))

asyncio.run(main())
"""


def loaded(folder: Path, modes: str) -> set[str]:
    """The modules that are there when these modes have been shown, the last one to its end."""
    ran = subprocess.run(
        [sys.executable, "-c", ONE_FRAME, str(folder), modes],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return set(json.loads(ran.stdout))


def test_the_app_starts_and_shows_its_screens_without_anything_heavy(tmp_path: Path) -> None:
    # The database of the Train screen, and numpy, which the Correct screen will need: see tui.modes.
    assert HEAVY & loaded(tmp_path, "45") <= {"numpy", "sqlite_utils"}


def test_correct_and_dataset_open_the_database_and_load_no_model(tmp_path: Path) -> None:
    assert HEAVY & loaded(tmp_path, "32") <= {"numpy", "sqlite_utils"}


def test_the_app_needs_only_the_protocol_and_the_client_of_the_engine() -> None:
    script = "import sys, tui.app, core.engine.client; print(*(m for m in sys.modules if m.startswith('core.')))"
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert set(ran.stdout.split()) == {
        "core.engine", "core.engine.client", "core.engine.protocol",
        "core.processes", "core.processes.child", "core.processes.command", "core.processes.json_lines",
    }  # fmt: skip


def test_no_command_needs_what_draws_a_screen() -> None:
    script = (
        "import importlib, sys; sys.modules['textual'] = sys.modules['rich'] = None; from tui.cli import COMMANDS\n"
        "for module in COMMANDS.values(): importlib.import_module(f'tui.cli.{module}')"
    )
    subprocess.run([sys.executable, "-c", script], timeout=PATIENCE, check=True)


def test_each_room_belongs_to_this_project_alone() -> None:
    owners = importlib.metadata.packages_distributions()
    for room in ROOMS:
        # An uninstalled checkout has no owner; a second owner would shadow ours.
        assert set(owners.get(room, ["tertulia"])) == {"tertulia"}, room


def test_without_a_terminal_the_app_says_so(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from tui.app import run; sys.exit(run())"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**os.environ, "TERTULIA_HOME": str(tmp_path)},
    )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr == "Tertulia needs a terminal; without one, use `tertulia talk FILE`.\n"
