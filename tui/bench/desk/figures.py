"""What correcting costs at the desk: keys for each task, beside other programs', and waiting at every size.

Of the keystrokes see tui.bench.desk.keystrokes and, for the other programs, tui.bench.desk.other_programs; of the
times, tui.bench.desk.scale.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from tui.bench.desk import keystrokes, scale
from tui.bench.desk.other_programs import LABEL_STUDIO, SOURCES, SUBTITLE_EDIT
from tui.bench.desk.tasks import TASKS
from tui.cli.progress import ProgressLine

SEGMENTS = (100_000,)
"""What is measured when no size is asked for; a million take four minutes and 2 GB."""
MOST_KEYS = {"accept": 1, "word": 4}
"""Goals: keys of a task at most, in each of its cases."""
COLUMNS = (("wall_median", 9), ("wall_p95", 9), ("cpu_median", 10), ("cpu_p95", 9))


def summary(segments: Sequence[int] = SEGMENTS) -> dict[str, Any]:
    """Keys of each task, and milliseconds at each size, with the machine's load while they were measured.

    Args:
        segments: sizes of the datasets to measure with; none measures the keys alone.

    Raises:
        RuntimeError: the app did something else than what was asked of it.
    """
    with ProgressLine() as line:
        tasks = []
        for task in TASKS:
            line.show(f"keys: {task.what}")
            figures = asdict(asyncio.run(keystrokes.count(task)))
            goal = MOST_KEYS.get(task.name)
            met = None if goal is None else figures["tertulia"]["keys"]["most"] <= goal
            tasks.append({**figures, "goal": goal, "met": met})
        sizes = []
        for size in segments:
            measures = [asdict(one) for one in scale.measure(size, line.show)]
            sizes.append({"segments": size, "load": os.getloadavg()[0], "measures": measures})
    return {"keystrokes": tasks, "sources": dict(SOURCES), "sizes": sizes}


def table(figures: dict[str, Any]) -> str:
    """The same for a person to read."""
    return "\n".join([*_keys(figures["keystrokes"]), *(line for size in figures["sizes"] for line in _size(size))])


def _keys(tasks: list[dict[str, Any]]) -> Iterator[str]:
    programs = "".join(f"{name:20}" for name in ("Tertulia", LABEL_STUDIO, SUBTITLE_EDIT)).rstrip()
    yield f"{'Keys: mean (most) + letters l + mouse m':40}{'n':>3}  {'goal':6}{programs}"
    for task in tasks:
        goal = "" if task["goal"] is None else f"≤ {task['goal']} {_mark(task['met'])}"
        ways = zip_longest([task["tertulia"]], task["others"][LABEL_STUDIO], task["others"][SUBTITLE_EDIT])
        for at, row in enumerate(ways):
            what = "  … another way" if at else task["what"]
            shown = "".join(f"{_way(way):20}" for way in row).rstrip()
            yield f"{what:40}{'' if at else task['n']:>3}  {'' if at else goal:6}{shown}"
    yield "  The goal is for the keys beside the letters. Other programs: as documented, counted in their favour"
    yield "  (tui/bench/desk/other_programs.py); one click or drag is one m, though it takes longer than a key."


def _way(way: dict[str, Any] | None) -> str:
    if way is None:
        return ""
    keys, letters, mouse = way["keys"], way["letters"], way["mouse"]
    parts = [f"{keys['mean']:.3g}" + (f" ({keys['most']})" if keys["most"] != keys["mean"] else "")]
    parts += [f"{letters['mean']:.2g} l"] if letters["most"] else []
    parts += [f"{mouse['most']} m"] if mouse["most"] else []
    return " + ".join(parts)


def _size(size: dict[str, Any]) -> Iterator[str]:
    yield ""
    title = f"{size['segments']:,} segments, one core; milliseconds (load {size['load']:.1f} of {os.cpu_count()})"
    yield f"{title:72}{'n':>4}{'median':>9}{'p95':>9}{' CPU med.':>10}{'CPU p95':>9}  goal"
    for one in size["measures"]:
        goal = "" if one["goal"] is None else f"{one['goal_of']} ≤ {one['goal']:.0f} {_mark(one['met'])}"
        numbers = "".join(f"{'' if one[name] is None else round(one[name], 1):>{width}}" for name, width in COLUMNS)
        yield f"{one['what']:72}{one['n']:>4}{numbers}  {goal}"


def _mark(met: bool) -> str:
    return "✓" if met else "✗"
