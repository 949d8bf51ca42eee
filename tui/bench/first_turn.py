"""From a clone to the first spoken turn that is answered aloud, as a newcomer waits for it, on two cores.

The checkout is cloned into a temporary folder and installed there by its own Makefile; the everyday models are
fetched by the command that the Makefile uses; then an engine is started and spoken to. Nothing of the surroundings
goes in but the network and the caches of pip, and nothing is left. What is not committed is not part of a clone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.bench import prompts
from core.errors import CoreError
from core.versions.active import Warn, quiet

CHECKOUT = Path(__file__).parents[2]
CORES = 2
VENV = ".venv"
SAID = "Hola, me llamo Ana."
"""What a voice says where no person does."""
COMPILED = "Building wheel for llama-cpp-python"
"""In pip's log, where there was no wheel of it."""


def summary(warn: Warn = quiet) -> dict[str, Any]:
    """Seconds by the clock of every stage, and what they were measured with.

    Args:
        warn: takes a sentence when a stage begins.

    Raises:
        CoreError: a stage failed; the sentence has what it said last.
    """
    if not (CHECKOUT / ".git").exists():
        raise CoreError("`bench first-turn` clones the project", "run it from a clone of it", CHECKOUT)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory(prefix="tertulia-first-turn-") as name:
        folder = Path(name)
        clone, home, log = folder / "tertulia", folder / "home", folder / "pip.log"
        environment = _surroundings(home, log)
        spoken_by, said = _speech(folder / "turn.wav")
        stages: dict[str, Any] = {}

        def stage(about: str, label: str, *command: str) -> str:
            warn(f"{about} …")
            began = time.monotonic()
            printed = _run(about, command, environment)
            stages[label] = time.monotonic() - began
            return printed

        stage("Cloning", "clone_s", "git", "clone", "--quiet", str(CHECKOUT), str(clone))
        installing = ("make", "-C", str(clone), f"VENV={VENV}", f"PYTHON={sys.executable}", f"{VENV}/.run")
        stage("Installing", "install_s", *installing)
        python = str(clone / VENV / "bin" / "python")
        tertulia = str(clone / VENV / "bin" / "tertulia")
        stage("Fetching the everyday models", "fetch_s", tertulia, "models", "pull", "everyday")
        warn("Starting the engine, and speaking to it …")
        asked = (python, "-P", "-m", "core.bench.first_answer", str(home), str(folder / "turn.wav"))
        turn = json.loads(_run("Answering", asked, environment).splitlines()[-1])
        stages |= {"engine_s": turn["engine_s"], "answer_s": turn["answer_s"]}
        compiled = COMPILED in log.read_text(encoding="utf-8", errors="replace")
    return {
        **stages,
        "total_s": sum(stages.values()),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "llama_cpp_python": "compiled" if compiled else "from a wheel at hand",
        "spoken_by": spoken_by,
        "said": said,
        **{key: value for key, value in turn.items() if key not in stages},
    }


def _surroundings(home: Path, log: Path) -> Mapping[str, str]:
    """The user's own, without what would have another Tertulia or other models used."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TERTULIA_", "PYTHON", "MAKE"))}
    return {**kept, "TERTULIA_HOME": str(home), "PIP_LOG": str(log)}


def _speech(path: Path) -> tuple[str, str]:
    """Speak a turn into a file: who speaks, and what."""
    import numpy as np
    import soundfile

    if reason := prompts.missing():
        from core.versions.active import ModelChoice, open_voice
        from models import catalog

        voice = open_voice(ModelChoice(catalog.starter("voice")))
        soundfile.write(path, np.concatenate(list(voice.speak(SAID))), voice.sample_rate)
        return f"the voice {voice.name}, as no person can be heard here. {reason}", SAID
    prompt = prompts.prompts()[0]
    soundfile.write(path, prompt.audio(), 16_000)
    return f"a person (prompt {prompt.name})", prompt.text


def _run(about: str, command: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """What a command prints. Raises CoreError where it fails or is not there."""
    try:
        ran = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            errors="replace", check=False,
        )  # fmt: skip
    except OSError as error:
        raise CoreError(f"{about} failed ({command[0]}: {error.strerror})", "install it first") from error
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or [f"exit status {ran.returncode}"])[-1]
        raise CoreError(f"{about} failed ({last[:300]})", "mend that, and measure again")
    return ran.stdout
