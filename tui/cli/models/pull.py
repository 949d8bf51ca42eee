"""`tertulia models pull NAME`: fetch models of the catalog, checked to the byte.

Nothing is ever fetched but here, by name. EVERYDAY is what most people need, and it is put in use where nothing was
ever chosen.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SENTENCES
from core.processes.events import Failed
from models.errors import ModelError, UnknownModelError
from tui.cli import named_path
from tui.cli.progress import ProgressLine, add_option, complain

if TYPE_CHECKING:
    from models.catalog import Entry

HELP = "fetch models by name, checked to the byte"
EVERYDAY = "everyday"
STOPPED = "Stopped. What has come is kept, and the same command goes on from there."


@dataclass
class Pulled:
    """What came of one model."""

    name: str
    part: str
    path: str
    fetched: bool
    """False where it was here already."""
    chosen: bool = False
    """Whether it is in use by this."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help=f"of `tertulia models list`, or {EVERYDAY}: what most people need"
    )
    parser.add_argument(
        "--from", dest="source", type=named_path, metavar="FOLDER", help="a folder or stick that has their files"
    )
    parser.add_argument("--into", type=named_path, metavar="FOLDER", help="a models folder other than your own")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_option(parser)


def run(options: argparse.Namespace) -> int:
    """Fetch one after the other; 1 where one could not be had, and 2 where there is none to be fetched."""
    from core.versions.active import models_folder
    from models.fetching import Answers, fetch
    from store.paths import data_folder

    wanted = _wanted(options.names)
    data = None if options.into else data_folder()
    folder = options.into.absolute() if data is None else models_folder(data)
    answers, pulled, failures = Answers(), list[Pulled](), dict[str, ModelError]()
    with ProgressLine(options.progress) as line:
        try:
            for entry, by_name in wanted.values():
                before = _identity(folder, entry)
                try:
                    path = fetch(
                        entry,
                        folder,
                        lambda now: line.show(str(now), now.share),
                        source_folder=options.source,
                        answers=answers,
                        say=line.say,
                        anew=by_name,
                    )
                except ModelError as error:
                    failures[entry.name] = error
                    continue
                done = Pulled(entry.name, entry.part, str(path), before != _identity(folder, entry))
                done.chosen = not by_name and data is not None and _put_in_use(data, entry, line)
                pulled.append(done)
        except KeyboardInterrupt:
            line.say(STOPPED)
            return 130
        if str(answers) and not failures and not options.progress:  # a program has them in the result
            line.say(f"What the sources said: {answers}.")
    _print(pulled, str(answers), options)
    for failure in _told(failures, str(answers)):
        complain(failure, options)
    return 1 if failures else 0


def _told(failures: Mapping[str, ModelError], answers: str) -> list[Failed]:
    """What to say of models that could not be had: one sentence where it is the same for all of them."""
    from models.fetching import NotHadError

    if len(failures) < 2 or not all(isinstance(error, NotHadError) for error in failures.values()):
        return [Failed.of(error) for error in failures.values()]
    return [
        Failed(
            f"{' and '.join(failures)} could not be had: {answers}",
            "try again when this machine is on the network, or bring their files on a stick and name the folder "
            "with `tertulia models pull NAME --from FOLDER`",
        )
    ]


def _wanted(names: list[str]) -> dict[str, tuple[Entry, bool]]:
    """What the names mean, once each, and whether it was named itself. Raises ModelError for what cannot be had."""
    from models.catalog import everyday, known
    from models.fetching import see_pullable

    found: dict[str, tuple[Entry, bool]] = {}
    for name in names:
        if name == EVERYDAY:
            for entry in everyday():
                found.setdefault(entry.name, (entry, False))
            continue
        named = next((each for each in known() if each.name == name), None)
        if named is None:
            pullable = ", ".join(each.name for each in known() if each.pullable)
            raise UnknownModelError(
                f"Nothing called {name!r} can be fetched", f"choose {EVERYDAY}, or of {pullable}"
            )
        see_pullable(named)
        found[name] = (named, True)
    return found


def _identity(folder: Path, entry: Entry) -> tuple[int, int] | None:
    """Of the folder that a model lies in, to see whether another took its place."""
    try:
        status = (folder / entry.part / entry.name).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _put_in_use(data: Path, entry: Entry, line: ProgressLine) -> bool:
    """Choose a model where none was ever chosen for its part; says what keeps it from being chosen."""
    from store import versions
    from store.database import Store

    try:
        with Store.open(data) as store:
            if versions.active_version(store, entry.part) is not None:
                return False
        from core.own_models.choosing import choose  # heavy, and seldom needed

        line.clear()
        line.show(f"{entry.name}: trying it…")
        choose(data, entry.part, entry.name, line.say)
    except SENTENCES as error:
        line.say(f"{entry.name} is not in use: {error}")
        return False
    return True


def _print(pulled: list[Pulled], answers: str, options: argparse.Namespace) -> None:
    if options.json or options.progress:
        print(json.dumps({"models": [asdict(each) for each in pulled], "sources": answers}, ensure_ascii=False))
        return
    if here := [each.name for each in pulled if not each.fetched and not each.chosen]:
        print(f"Here already: {', '.join(here)}.")
    for each in pulled:
        if each.chosen:
            print(f"{each.name} is here and in use.")
        elif each.fetched and options.into:
            print(f"{each.name} is now in {each.path}.")
        elif each.fetched:
            print(f"{each.name} is here now. To use it: tertulia models use {each.name}")
