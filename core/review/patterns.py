"""Regular expressions from people, run where they can be stopped.

Python's engine cannot be interrupted, holds the interpreter while it searches, and some patterns, such as
`(a+)+$`, take longer than the universe has lasted. So they are compiled and run in a process of their own, with a
deadline.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from core.processes.asking import NoAnswer, TooLong, ask
from store.errors import StoreError
from store.text import clean

SECONDS = 5.0
"""Time for all texts together …"""
SECONDS_A_TEXT = 2e-5
"""… and more for many: sensible patterns need a quarter of it."""


def replaced(
    texts: Sequence[str], find: str, replace: str, match_case: bool, seconds: float | None = None
) -> list[tuple[int, str]]:
    """The texts in which a pattern is found, with what it finds replaced.

    Args:
        texts: where to look.
        find: a regular expression as `re` has it.
        replace: may refer to groups, as in `\\1`.
        match_case: whether upper and lower case are different.
        seconds: when to give up, if not at the usual time.

    Returns:
        The index of each such text, and the new text.

    Raises:
        StoreError: the expression or the replacement is none, or takes too long.
    """
    patience = SECONDS + SECONDS_A_TEXT * len(texts) if seconds is None else seconds
    job = {"find": find, "replace": replace, "match_case": match_case, "texts": list(texts)}
    try:
        answer = json.loads(ask("core.review.patterns", given=json.dumps(job), seconds=patience))
    except TooLong as error:
        raise StoreError(
            f"“{_short(find)}” was not done after {patience:.0f} s", "avoid a repetition inside a repetition"
        ) from error
    except NoAnswer as error:
        why = _short(str(error))
        raise StoreError(f"“{_short(find)}” cannot be searched for ({why})", "make it simpler") from error
    match answer:
        case {"expression": reason}:
            raise StoreError(f"“{_short(find)}” is no regular expression: {_short(reason)}")
        case {"replacement": reason}:
            raise StoreError(f"“{_short(replace)}” cannot stand for what is found: {_short(reason)}")
    return [(int(index), str(text)) for index, text in answer["found"]]


def _short(text: str) -> str:
    return clean(text, limit=None)[:80]


def _search(job: dict[str, Any]) -> dict[str, Any]:
    """What the process does: the changed texts, or what is wrong."""
    replace = job["replace"]
    try:
        pattern = re.compile(job["find"], 0 if job["match_case"] else re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        return {"expression": str(error) or type(error).__name__}
    try:
        pattern.sub(replace, "")  # reads the replacement, whether anything is found or not
    except (re.error, IndexError) as error:
        return {"replacement": str(error)}
    found = ((index, *pattern.subn(replace, text)) for index, text in enumerate(job["texts"]))
    return {"found": [(index, text) for index, text, count in found if count]}


if __name__ == "__main__":
    json.dump(_search(json.load(sys.stdin)), sys.stdout)
