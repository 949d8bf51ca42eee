"""A Whisper in Hugging Face format made into one that the app listens with, by a child of the trainer.

Only the trainer knows the libraries that can do it. It is alone in a process: what they need of memory is gone
afterwards, and what kills them kills nothing else.
"""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from core.processes.command import cause, command
from models.errors import ModelError
from models.whisper import hugging_face

NEEDED = ("torch", "transformers")
GRACE = 10.0
"""Seconds that a child which is to stop has to tidy up."""

OnLine = Callable[[str], None]


def convert(folder: Path, out: Path, on_line: OnLine = lambda line: None) -> None:
    """Make the folder of a CTranslate2 Whisper from one in Hugging Face format (safetensors).

    Args:
        folder: it is only read.
        out: made as a whole or not at all; what was there before is replaced then.
        on_line: takes sentences about how far it is; what it raises stops the work.

    Raises:
        ModelError: `folder` cannot be used, training is not installed, or the disk is full; nothing is left then.
    """
    hugging_face.check(folder, folder.name)
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        raise ModelError(
            f"To convert {folder}, {' and '.join(missing)} are needed",
            "run `make training`, or pip install 'tertulia[train]'",
            folder,
        )
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            command("trainer.converting", str(folder), str(out)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints,
            encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
        assert child.stdout is not None
        try:
            for line in child.stdout:
                on_line(line.rstrip())
            status = child.wait()
        except BaseException:
            _stop(child)
            raise
        if status:
            raise _refusal(complaints, folder, cause(status))


def _stop(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGINT)
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _refusal(complaints: IO[bytes], folder: Path, end: str) -> ModelError:
    """Why there is no result: what the child said last, or else how it ended."""
    complaints.seek(0)
    said = complaints.read().decode("utf-8", "replace").strip().splitlines()
    try:
        body = json.loads(said[-1])
        return ModelError(body["what"], body["remedy"], body["place"])
    except (LookupError, TypeError, ValueError):
        return ModelError(f"{folder} was not converted ({end})", "try again, with more memory free", folder)
