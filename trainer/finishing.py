"""What follows the training of an adapter: a version that the app can load, and how good it is.

A stop, a kill or a full disk can come at any moment, and merging a large model or hearing a test split takes
minutes. So every piece is written under a temporary name and renamed, a resumed run finds those that are whole
and makes the others, and the version gets its name when nothing of it is missing.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from trainer.adapter import set_strength
from trainer.contract.clips import Clip
from trainer.contract.events import Stage
from trainer.contract.folder import DEPLOYED, MAKING, REPORT, STRENGTH, TRAINABLE, VERIFIED, VERSION
from trainer.evaluating import device_for, evaluate_version
from trainer.export import ExportError, convert, merge, verify
from trainer.files import settle_folder, write_json
from trainer.shortest import choose_windows, of_base
from trainer.strength import Trial, choose_strength
from trainer.training import RunParts

OTHERS = {"strength": 200, "windows": 60}
"""Most dev clips that are not the learner's, for each choice."""


def finish(parts: RunParts, clips: Sequence[Clip], on_stage: Callable[[Stage], None]) -> dict[str, Any]:
    """Make the version of a trained adapter and evaluate it; returns more fields of the `done` event.

    Args:
        clips: all of the run.
        on_stage: called with the name of each stage that is begun.

    Raises:
        Stopped: asked to stop; a resumed run comes straight back here.
        ExportError: the converted model hears something else, or lost a setting; nothing of it is left.
        OSError: a full disk.
    """
    version = parts.folder / VERSION
    if not version.exists():
        making = parts.folder / MAKING
        try:
            make(parts, clips, making, on_stage)
        except (ExportError, OSError):
            shutil.rmtree(making, ignore_errors=True)
            raise
        settle_folder(making, version)
    found = json.loads((version / VERIFIED).read_text(encoding="utf-8"))
    done = {"version": str(version), "strength": found.pop("strength"), "verified": found}
    if parts.job.before:
        report = parts.folder / REPORT
        if not report.exists():
            on_stage("evaluate")
            evaluate_version(parts.folder, parts.job, clips, parts.events, parts.heart, parts.stop.check)
        done["report"] = str(report)
    return done


def make(parts: RunParts, clips: Sequence[Clip], making: Path, on_stage: Callable[[Stage], None]) -> None:
    """Put together in the folder `making` whatever of the version is not there yet."""
    job, between = parts.job, parts.stop.check
    own = [(clip.text, parts.data.cached(clip)) for clip in parts.dev]
    hf, ct2 = making / TRAINABLE, making / DEPLOYED
    if not hf.exists():
        strength = _strength(parts, clips, making, on_stage)
        between()
        on_stage("merge")
        set_strength(parts.model, strength)
        merge(parts.model, job.base, hf)
    if not ct2.exists():
        between()
        on_stage("convert")
        convert(hf, ct2, job.quantization)
    if not (making / VERIFIED).exists():
        between()
        on_stage("verify")
        found = verify(hf, ct2, parts.labels, own, between)
        compared = [*parts.dev, *_others(clips, "windows")]
        found["windows"] = choose_windows(ct2, of_base(job), compared, device_for(job), between)
        strength = json.loads((parts.folder / STRENGTH).read_text(encoding="utf-8"))["chosen"]
        write_json(making / VERIFIED, {"strength": strength, **found})


def _others(clips: Sequence[Clip], choice: str) -> list[Clip]:
    """Dev clips that are not the learner's."""
    return [clip for clip in clips if clip.split == "dev" and clip.origin == "replay"][: OTHERS[choice]]


def _strength(parts: RunParts, clips: Sequence[Clip], making: Path, on_stage: Callable[[Stage], None]) -> float:
    """How strong the adapter should be, as chosen on dev now or before the run was interrupted."""
    path, job = parts.folder / STRENGTH, parts.job
    if not path.exists():
        on_stage("strength")
        others = _others(clips, "strength")
        trial = Trial(
            parts.model, job, parts.dev, others, making / "trial", device_for(job), parts.stop.check
        )  # fmt: skip
        chosen, tried = choose_strength(trial)
        write_json(path, {"chosen": chosen.strength, "tried": [dataclasses.asdict(one) for one in tried]})
    found = json.loads(path.read_text(encoding="utf-8"))
    parts.events.emit("strength", **found)
    return float(found["chosen"])
