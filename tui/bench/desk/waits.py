"""What is measured at the desk, in the process that is measured: `python -m tui.bench.desk.waits`.

tui.bench.desk.scale runs it. A time begins with a key and ends when what it asks for has been painted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tui.bench.desk.scale import Timing

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tui.bench.desk.app import BenchApp

PAGES, SEARCHES, READS, ACCEPTANCES = 40, 7, 7, 20
PAGE = 60
"""Rows that the screen asks for at first."""
AT_WORK = 2.0
"""Seconds after the app's first screen: nobody is at the desk earlier."""
QUIET = 0.5
"""Seconds without a key after which all that a key asked for is done."""


async def _drive(app: BenchApp, folder: Path, all_of_it: bool) -> list[Timing]:
    await app.until(lambda: app.painted_at, "its first screen")
    await asyncio.sleep(AT_WORK)
    ready = Timing("ready", f"Correct screen, {AT_WORK:.0f} s after the start: from its key to card painted")
    with ready.once():
        await app.go_to_correct()
    order = Timing("order", "  … and until the whole queue is in order and counted")
    with order.once():
        await app.until(lambda: app.correct.status.counted, "the end of the queue")
    if not all_of_it:
        return [ready, order]
    found = [ready, order, *await _pages(app), await _accept(app)]
    for kind, words in _words(folder).items():
        found.append(await _search(app, kind, words))
    return found


async def _calm(app: BenchApp) -> None:
    """Wait until all that was asked for has come, and what is fetched ahead."""
    await asyncio.sleep(QUIET)
    while any(worker.group == "database" and not worker.is_finished for worker in app.workers):
        await asyncio.sleep(QUIET / 10)


async def _elsewhere(app: BenchApp, segment: int | None) -> None:
    """Wait until another segment is shown."""
    await app.until(lambda: app.correct.deck.segment != segment and app.shows_card(), "another segment")


async def _pages(app: BenchApp) -> list[Timing]:
    page = Timing("page", "a page down: from its key to rows and card painted")
    ahead = Timing("ahead", "  … and fetching ahead, after that")
    await _calm(app)
    for _ in range(PAGES):
        here = app.correct.deck.segment
        with page.once():
            app.press("pagedown")
            await _elsewhere(app, here)
        with ahead.once(waited=False):
            await _calm(app)
    return [page, ahead]


async def _accept(app: BenchApp) -> Timing:
    accept = Timing("accept", "accept: from its key to segment stored and next one painted")
    app.press("home")
    for _ in range(ACCEPTANCES):
        await _calm(app)
        here = app.correct.deck.segment
        with accept.once():
            app.press("enter")
            await _elsewhere(app, here)
            await app.until(lambda: app.correct.status.saved == "saved", "a stored segment")
    return accept


async def _search(app: BenchApp, kind: str, words: str) -> Timing:
    """From the enter that ends the words to the first results on screen, over and over."""
    search = Timing(f"search {kind}", f"search “{words}” ({kind}): from enter to results and card painted")
    for _ in range(SEARCHES):
        await _calm(app)
        app.press("slash")
        for character in words:
            app.press(character)
        await app.until(lambda: app.correct.pane.ask_line.value == words, "the words")
        with search.once():
            app.press("enter")
            await app.until(lambda: app.correct.deck.view.search == words and app.shows_card(), "the results")
        await _calm(app)
        app.press("escape")
        await app.until(lambda: not app.correct.deck.view.search and app.shows_card(), "the usual queue")
    return search


def _words(folder: Path) -> dict[str, str]:
    """A word that is nowhere else, a common one, and two common ones."""
    from store.database import Store
    from store.segments import queue

    with Store.open(folder) as store:
        [row] = store.execute("SELECT text FROM segments WHERE length >= 5 ORDER BY id DESC LIMIT 1")
        found = sorted(
            row["text"].strip(".").split(),
            key=lambda word: queue.count(store, queue.View(status="all", search=word.lower())),
        )
    return {"rare": found[0].lower(), "common": "casa", "two": "la casa"}


def _reads(folder: Path) -> Iterator[Timing]:
    """What is read without a screen: the first page of each search, and the statistics."""
    from core.dataset.stats import stats
    from core.review.desk import author
    from store.database import Store
    from store.segments import queue

    with Store.open(folder) as store:
        for kind, words in _words(folder).items():
            view = queue.View(status="all", search=words)
            found = Timing(f"find {kind}", f"  … of which finding and reading the first page: “{words}”")
            for _ in range(READS):
                with found.once():
                    queue.rows(store, queue.first(store, view, PAGE))
            yield found
        figures = Timing("stats", "statistics of the whole dataset")
        for _ in range(READS):
            with figures.once():
                stats(store, author())
        yield figures


def _child(folder: Path, into: Path, all_of_it: bool) -> None:
    """Measure, on one core, and write down what was measured."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    from tui.bench.desk.app import BenchApp

    found: list[Timing] = []
    app = BenchApp(folder)

    async def drive(pilot: Pilot[object]) -> None:
        found.extend(await _drive(app, folder, all_of_it))
        app.exit()

    app.run(auto_pilot=drive)
    if all_of_it:
        found += _reads(folder)
    if app.return_code == 0:
        into.write_text(json.dumps([asdict(one) for one in found]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("into", type=Path)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    _child(options.folder, options.into, options.all)
