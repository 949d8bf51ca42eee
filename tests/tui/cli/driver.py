"""Commands as somebody types them, but in this process: starting one takes longer than most commands do.

What a process of its own adds (its streams, signals and exit) is tested in test_commands and test_surroundings.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tui.cli import main


def tertulia(home: Path, *arguments: str | Path, **environment: str) -> CompletedProcess[str]:
    """Run `tertulia` on a data folder, with nobody at its standard input."""
    out, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, Path(os.devnull).open() as nobody:
        for name, value in {"TERTULIA_HOME": str(home), "TERTULIA_AUTHOR": "ana", **environment}.items():
            patch.setenv(name, value)
        for name, stream in (("stdin", nobody), ("stdout", out), ("stderr", errors)):
            patch.setattr(sys, name, stream)
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as usage:
            assert isinstance(usage.code, int)
            code = usage.code
    return CompletedProcess(arguments, code, _written(out), _written(errors))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()
