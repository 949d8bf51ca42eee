"""The model card of a version: README.md in its folder, for whoever finds that folder in five years.

It is made from the run's folder alone, so that it can be written again at any time.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from core.runs.errors import TrainingRefused
from models.evaluation.rates import Interval
from store import versions
from store.database import Store
from store.paths import write_safely
from store.runs import Run
from store.text import clean
from store.units import SAMPLE_RATE
from store.versions import ModelVersion
from trainer.contract import folder
from trainer.contract.job import PLACES, knobs_in

if TYPE_CHECKING:
    from core.versions.gate import Report, Verdict
    from models.evaluation.evaluate import Evaluation

NAME = "README.md"
HUB = "models--"
"""What the Hugging Face libraries call a repository's folder, with -- for the stroke."""
SHORTEST = """
It is made for the person (or persons) it learnt from. It was measured on them and on a small general set, and on
nobody else: other voices, other accents and other languages are a guess. It is not a measure of anybody's
Spanish, and not made to identify people, to judge them or to listen without their knowledge. It learnt from
recordings of a person, so whoever gives it away gives away something of that person.
"""


def write(store: Store, version: ModelVersion, run: Run) -> None:
    """Put a version's card into its folder, in the place of an older one. Raises StoreError."""
    text = compose(store, version, run)
    write_safely(store.folder, run.folder / folder.VERSION / NAME, text.encode(errors="replace"))


def compose(store: Store, version: ModelVersion, run: Run) -> str:
    """The card as Markdown."""
    from core.versions.gate import judge, read_report

    job = knobs_in(run.folder)
    try:
        report: Report | None = read_report(run.folder)
    except TrainingRefused:
        report = None
    verdict = None if report is None else judge(report)
    base = (
        _base_name(str(job.get("base", ""))) if version.base is None else versions.version(store, version.base).name
    )
    parts = [
        f"# {version.name}: a recogniser of spoken Spanish\n",
        "A Whisper, retrained on one learner's corrections by Tertulia, on the learner's own machine.\n",
        "| | |\n|---|---|",
        _row(
            "Files",
            f"`{folder.TRAINABLE}/` safetensors, to train on from; "
            f"`{folder.DEPLOYED}/` CTranslate2, which is loaded",
        ),
        _row("SHA-256 of the weights", f"`{version.sha256}`"),
        _row("Made", version.created_at),
        _row("Trained from", base),
        _row("Run", f"{run.id} ({run.preset or 'own job'}), {run.started_at} to {run.ended_at or 'unknown'}"),
        "\n## What it learnt from\n",
        _learnt(run.folder / folder.MANIFEST),
        "\n## How well it hears\n",
        *(_scores(report, verdict) if report and verdict else ["Nothing was measured."]),
        "\n## What it is not for\n",
        SHORTEST.strip(),
        "\n## How it was trained\n",
        "```json",
        json.dumps({k: v for k, v in job.items() if k not in PLACES}, indent=2, ensure_ascii=False, sort_keys=True),
        "```",
    ]
    return "\n".join(parts) + "\n"


def _base_name(base: str) -> str:
    """What a base is called, but not where on somebody's machine it was."""
    path = Path(base)
    hub = next((part for part in path.parts if part.startswith(HUB)), None)
    return path.name if hub is None else f"{hub.removeprefix(HUB).replace('--', '/')}, revision {path.name}"


def _learnt(manifest: Path) -> str:
    """Counts of the snapshot, and its hash."""
    import hashlib

    try:
        data = manifest.read_bytes()
    except OSError:
        return "The snapshot is gone."
    clips: Counter[tuple[str, str]] = Counter()
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    words: Counter[tuple[str, str]] = Counter()
    for line in data.splitlines():
        try:
            row = json.loads(line)
            key = (str(row["origin"]), str(row["split"]))
            length = (row["end"] - row["start"]) / SAMPLE_RATE
            said = len(str(row["text"]).split())
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
        clips[key] += 1
        seconds[key] += length
        words[key] += said
    table = "\n".join(
        _row(*key, f"{clips[key]:,}", f"{seconds[key] / 60:.1f}", f"{words[key]:,}") for key in sorted(clips)
    )
    return (
        "| whose | split | clips | minutes | words |\n|---|---|---|---|---|\n"
        f"{table}\n\nSnapshot: {folder.MANIFEST}, SHA-256 `{hashlib.sha256(data).hexdigest()}`."
    )


def _scores(report: Report, verdict: Verdict) -> list[str]:
    before, after = report.before, report.after
    parts = [
        f"**{verdict.outcome}**: {verdict.sentence}\n",
        "Through the app's own recogniser, on speech that it never trained on; in brackets the 95 % interval of a "
        "block bootstrap over recordings, n in words of the reference (in characters for CER). Words are compared "
        f"by the rule “{after.rule}”; by the strict rule every word that is written otherwise is an error.\n",
        f"| | {_cell(before.model)} (before) | this version |\n|---|---|---|",
    ]
    for name in after.sets:
        parts.append(_row(f"WER, {name}", str(before.wer(name)), str(after.wer(name))))
        parts.append(_row(f"WER, {name}, strict", str(before.strict(name)), str(after.strict(name))))
        parts.append(_row(f"CER, {name}", str(before.cer(name)), str(after.cer(name))))
        parts.append(_row(f"substituted, inserted, lost: {name}", _kinds(before, name), _kinds(after, name)))
    parts.append(_row("words heard in silence and noise", _ghosts(before), _ghosts(after)))
    parts.append(_row("sensible timestamps", _share(before.timestamps), _share(after.timestamps)))
    for title, of_before, of_after in (
        ("speaker", before.by_speaker("test"), after.by_speaker("test")),
        ("loudness", before.by_loudness("test"), after.by_loudness("test")),
    ):
        for key, rate in of_after.items():
            parts.append(_row(f"WER, test, {title} {key}", _rate(of_before.get(key)), str(rate)))
    parts.append(f"\nChange on test: {_points(verdict.change)}. Strength of the adapter: {report.strength:g}.")
    return parts


def _kinds(evaluation: Evaluation, name: str) -> str:
    kinds = evaluation.kinds(name)
    return f"{kinds.sub}, {kinds.ins}, {kinds.del_}"


def _ghosts(evaluation: Evaluation) -> str:
    return f"{evaluation.silence.words} in {evaluation.silence.clips} clips"


def _share(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.0f} %"


def _rate(rate: Interval | None) -> str:
    return "unknown" if rate is None else str(rate)


def _points(change: Interval) -> str:
    """A difference of rates, in percentage points."""
    return f"{100 * change.value:+.1f} points [{100 * change.low:+.1f}, {100 * change.high:+.1f}]"


def _row(*cells: str) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Text that stays within its cell."""
    return clean(text).replace("|", "\\|")
