"""A question to a module of ours that is run to its end: what may hang, or end its process, is asked like this."""

from __future__ import annotations

import subprocess

from core.processes.command import cause, command


class NoAnswer(Exception):  # noqa: N818 - one of the answers there are
    """The process could not be started or did not end well; the text says why in a few words."""


class TooLong(NoAnswer):
    """It took too long, and was ended."""


def ask(module: str, *arguments: str, given: str = "", seconds: float | None = None) -> str:
    """What a module prints.

    Args:
        given: its standard input.
        seconds: when to give up; never without.

    Raises:
        NoAnswer: there is none; the text is the last line of its standard error, if there is one.
    """
    try:
        ran = subprocess.run(
            command(module, *arguments),
            input=given, capture_output=True, encoding="utf-8", errors="replace", timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise TooLong(f"no answer within {seconds:g} s") from error
    except OSError as error:
        raise NoAnswer(str(error)) from error
    if ran.returncode:
        raise NoAnswer((ran.stderr.strip().splitlines() or [cause(ran.returncode)])[-1][:200])
    return ran.stdout
