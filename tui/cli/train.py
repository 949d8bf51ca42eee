"""`tertulia train`: a better recogniser from the corrections, followed to its verdict."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli import named_path

if TYPE_CHECKING:
    from core.runs.snapshot import RunChoice
    from core.runs.worth import Worth
    from store.database import Store
    from store.runs import Run

HELP = "train the recogniser on what you corrected, in a process of its own"
MOST = 10
"""Segments that are named one by one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--preset", default="auto", metavar="P", help="minutes, hour, hours or many (auto: by the amount of speech)"
    )
    parser.add_argument(
        "--base",
        default="",
        metavar="B",
        help="a version, a model, or a folder to start from (what the one in use came from)",
    )
    parser.add_argument(
        "--job", type=named_path, metavar="FILE", help="a JSON object of knobs, as in a run's job.json"
    )
    parser.add_argument(
        "--set", type=_knob, action="append", default=[], metavar="KNOB=VALUE", help="one knob; may be repeated"
    )
    parser.add_argument(
        "--regional",
        action="append",
        default=[],
        metavar="SPEAKER",
        help="their speech is learnt first, then yours",
    )
    parser.add_argument(
        "--replay", action="append", default=[], metavar="SPEAKER", help="their speech only keeps Spanish alive"
    )
    parser.add_argument(
        "--plan", action="store_true", help="only say what would be trained, and whether it is worth it"
    )
    parser.add_argument("--detach", action="store_true", help="do not wait for its end")
    parser.add_argument("--promote", action="store_true", help="promote the new version, if it is proven better")
    parser.add_argument("--json", action="store_true", help="every event as one JSON line, the result as the last")


def run(options: argparse.Namespace) -> int:
    """Train; 1 when the run was stopped or failed."""
    from core.runs import launch
    from store.database import Store
    from store.paths import data_folder
    from tui.cli.following import Follower, follow

    choice = chosen(options)
    data = data_folder()
    with Store.open(data) as store:
        if options.plan:
            return _plan(store, choice, options.json)
        started = launch.begin(store, choice)
    if options.detach:
        print(begun(started, options.json))
        return 0
    return follow(data, Follower(started, options.json), options.json, options.promote)


def chosen(options: argparse.Namespace) -> RunChoice:
    """What is to be trained, by the arguments. Raises TrainingRefused for knobs that are none."""
    from core.runs.presets import checked
    from core.runs.snapshot import RunChoice

    knobs = {} if options.job is None else _job(options.job)
    if options.set:
        checked(dict(options.set), "--set")
        knobs.update(options.set)
    return RunChoice(
        base=options.base,
        preset=options.preset,
        knobs=knobs,
        regional=tuple(options.regional),
        replay=tuple(options.replay),
    )


def _job(path: Path) -> dict[str, Any]:
    """The knobs in a file, which may be the job.json of an older run. Raises TrainingRefused."""
    from core.runs.errors import TrainingRefused
    from core.runs.presets import checked
    from store.text import shown

    remedy = 'write one with knobs, such as {"epochs": 5}'
    try:
        found = json.loads(path.read_bytes(), parse_constant=_no_constant)
    except OSError as error:
        raise TrainingRefused(
            f"{shown(path)} cannot be read ({error.strerror})", "name a file with knobs", path
        ) from error
    except (ValueError, RecursionError) as error:
        reason = str(error)[:120].rstrip(".")
        raise TrainingRefused(f"{shown(path)} is no JSON object ({reason})", remedy, path) from error
    if not isinstance(found, dict):
        raise TrainingRefused(f"{shown(path)} is no JSON object", remedy, path)
    checked(found, shown(path))
    return found


def _knob(text: str) -> tuple[str, Any]:
    """A knob and its value, which is JSON or else a word."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"“{text}” sets no knob: write one such as epochs=5")
    try:
        return name.strip(), json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return name.strip(), value


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number that can be trained with")


def begun(run: Run, as_json: bool) -> str:
    """That a run is at work, which nobody follows here."""
    if as_json:
        event = {"event": "begun", "run": run.id, "status": "running", "folder": str(run.folder)}
        return json.dumps(event, ensure_ascii=False)
    return (
        f"Run {run.id} is at work. `tertulia runs {run.id}` says how far it is, `tertulia stop {run.id}` stops it, "
        "and the Train screen shows it."
    )


# --- what would be trained ------------------------------------------------------------------------


def _plan(store: Store, choice: RunChoice, as_json: bool) -> int:
    """Say what would be trained, and whether it is worth it. Raises TrainingRefused where nothing can be."""
    from core.runs.worth import worth

    would = worth(store, choice)
    if as_json:
        print(json.dumps(_figures(would), ensure_ascii=False))
    else:
        print("\n".join(_lines(would)))
    return 0


def _figures(would: Worth) -> dict[str, Any]:
    from tui.cli.verdicts import interval

    found = would.snapshot
    return {
        **interval("wer", would.wer),
        "words": would.words,
        "train_seconds": found.seconds["train"],
        "train_clips": found.clips["train"],
        "dev_clips": found.clips["dev"],
        "test_clips": found.clips["test"],
        "test_words": found.words["test"],
        "preset": found.preset.name,
        "base": found.base.name,
        "steps": would.steps,
        "gain": would.gain,
        "minutes": would.minutes,
        "measured": would.measured,
        "memory_mb": would.memory_mb,
        "free_memory_mb": would.free_memory_mb,
        "disk_mb": would.disk_mb,
        "advice": would.advice,
        "good": would.good,
        "replay_clips": found.replay_clips,
        "regional_clips": found.regional_clips,
        "left_out": [{"segment": segment, "reason": reason} for segment, reason in found.left_out],
        "job": found.knobs,
    }


def _lines(would: Worth) -> list[str]:
    from core.words import counted, duration

    found = would.snapshot
    others = [
        f"{counted(number, 'clip')} {what}"
        for number, what in (
            (found.regional_clips, "of people who speak like you"),
            (found.replay_clips, "of other people"),
        )
        if number
    ]
    basis = "as a run here did" if would.measured else "an estimate"
    free = f" ({would.free_memory_mb:,.0f} free)" if would.free_memory_mb else ""
    lines = [
        f"Train on   {counted(found.clips['train'], 'clip')}, {found.seconds['train'] / 60:.1f} minutes"
        + "".join(f", {one}" for one in others),
        f"Held out   {counted(found.clips['dev'], 'clip')} of dev, {found.clips['test']} of test "
        f"({counted(found.words['test'], 'word')})",
        f"From       {found.base.name}, preset {found.preset.name}, about {would.steps:,} steps",
        f"Takes      about {duration(60 * would.minutes)} ({basis}), "
        f"{would.memory_mb:,.0f} MB of memory{free}, {would.disk_mb:,.0f} MB of disk",
        f"Hears you  {_wer(would)}",
    ]
    if would.gain is not None:
        low, high = would.gain
        worst = f"{100 * low:.0f}" if low >= 0 else f"{-100 * low:.0f} % more"
        lines.append(f"Expect     {worst} to {100 * high:.0f} % fewer errors")
    lines.append(would.advice)
    lines += [f"Segment {segment} is left out. {reason}" for segment, reason in found.left_out[:MOST]]
    if len(found.left_out) > MOST:
        lines.append(f"… and {len(found.left_out) - MOST} more (--json names all).")
    return lines


def _wer(would: Worth) -> str:
    return "nobody knows yet" if would.wer is None else f"WER {would.wer}"
