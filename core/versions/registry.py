"""The recogniser's versions: made by runs, let in by the gate, active by promotion, gone back from by rollback.

What is true is a row: of a version, of a promotion, of a deletion, each written in one transaction. Files are there
before the row that names them and go after the row that gives them up, and what a killed process left undone,
`settle` does. So there is no moment at which the active version is half there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.own_models.trying import try_out
from core.runs.errors import TrainingRefused
from core.runs.watch import GRACE, RunWatch
from core.versions import model_card
from core.versions.active import RECOGNISER, check, chosen_name, fingerprint, of_catalog, of_version
from models import catalog
from models.errors import ModelError
from models.evaluation.rates import Interval
from models.evaluation.scoring import Errors, interval
from models.evaluation.spoken import RULE, STRICT
from store import reasons, runs, versions
from store.database import Store
from store.errors import StoreError
from store.files import held
from store.paths import is_own, remove_folder
from store.runs import Run
from store.versions import ModelVersion
from trainer.contract.folder import ADAPTER, CHECKPOINTS, DEPLOYED, LOCK, MAKING, TRAINABLE, VERSION
from trainer.contract.job import knobs_in

if TYPE_CHECKING:
    from core.versions.gate import Report, Verdict

MADE_OF = (CHECKPOINTS, ADAPTER, MAKING)
"""Folders beside a version that are of use only as long as the version is there."""
FIRST = "what listened before the first version"
HELD_OUT = """
SELECT sum(errors) AS errors, sum(words) AS words FROM segments
WHERE model = ? AND status = 'corrected' AND split IN ('dev', 'test') AND words > 0 AND score_rule = ?
GROUP BY recording_id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which recogniser is in use, and how well it hears this person."""

    name: str
    wer: Interval | None
    """On speech that was held out from training; None where nothing was measured."""
    words: int
    """That were heard to find out."""
    rule: str = RULE
    """By which errors were counted."""

    @property
    def enough(self) -> bool:
        """Whether the figure says anything."""
        return self.wer is not None and self.wer.enough


def settle(store: Store) -> list[ModelVersion]:
    """Do what a killed process left undone: note how runs ended, register their versions, remove deleted ones.

    Cheap where there is nothing to do, and safe to be called at any time, by several processes at once.

    Returns:
        The versions that were registered now, oldest first.

    Raises:
        StoreError: the database cannot be read or written.
    """
    made = {version.run: version for version in all_versions(store)}
    new = []
    for run in reversed(runs.runs(store)):
        if not is_own(store.folder, run.folder / VERSION):
            continue  # somebody's links, by which nothing is written
        version = made.get(run.id)
        if version is None:
            if _status_of(store, run) == "finished" and (run.folder / VERSION / DEPLOYED).is_dir():
                with suppress(TrainingRefused):  # its weights are gone
                    new.append(register(store, run))
        else:
            with suppress(StoreError):  # the disk does not let it: it is no reason to stop, and is tried again
                _complete(store, version, run)
    return new


def register(store: Store, run: Run) -> ModelVersion:
    """The version that a finished run made, with a name, its scores and a model card; at most once.

    Raises:
        TrainingRefused: the run made none.
        StoreError: the database or the card cannot be written.
    """
    try:
        sha256 = fingerprint(run.folder / VERSION / DEPLOYED)
    except ModelError as error:
        raise TrainingRefused(f"Run {run.id} made no version: {error.what}", error.remedy, error.place) from error
    scores = _scores(run.folder)
    base = run.base or _base(store, run)
    with store.transaction():
        known = all_versions(store)
        number = next((version.id for version in known if version.run == run.id), None)
        if number is None:
            taken = [int(found[1]) for one in known if (found := re.fullmatch(r"v(\d+)", one.name))]
            name = f"v{max(taken, default=0) + 1}"
            folder = (run.folder / VERSION).relative_to(store.folder).as_posix()
            number = versions.add_version(store, RECOGNISER, name, folder, sha256, scores, base, run.id)
        if run.status != "finished":
            runs.set_status(store, run.id, "finished")
    version = versions.version(store, number)
    model_card.write(store, version, runs.run(store, run.id))
    return version


def all_versions(store: Store) -> list[ModelVersion]:
    """All versions of the recogniser, deleted ones and those of the catalog too, the newest first."""
    return versions.versions(store, RECOGNISER)


def active(store: Store) -> ModelVersion | None:
    """The version that was promoted last; None before there was any, when the starter listens."""
    return versions.active_version(store, RECOGNISER)


def find(store: Store, name: str) -> ModelVersion:
    """The version of that name, deleted or not. Raises TrainingRefused when there is none."""
    found = versions.version_named(store, RECOGNISER, name)
    if found is None:
        names = ", ".join(version.name for version in all_versions(store) if not version.deleted)
        raise TrainingRefused(f"There is no version {name!r}", f"choose one of {names}" if names else NONE)
    return found


NONE = "none was made yet, `tertulia train` makes the first"


def report_of(store: Store, version: ModelVersion) -> Report | None:
    """What was measured when the version was made; None for one that was not made here, or not measured."""
    from core.versions.gate import read_report

    if version.run is None:
        return None
    try:
        return read_report(runs.run(store, version.run).folder)
    except TrainingRefused:
        return None


def verdict_of(store: Store, version: ModelVersion) -> Verdict | None:
    """What the gate says to a version; None where nothing was measured."""
    from core.versions.gate import judge

    report = report_of(store, version)
    return None if report is None else judge(report)


def promote(store: Store, name: str, force: bool = False, reason: str = "") -> ModelVersion:
    """Make a version the active one, or a model of the catalog that is on this machine.

    It is tried first: it must be whole, load, and hear silence. Nothing is done where it is the active one already.

    Args:
        force: whatever the gate says.
        reason: for the journal; the gate's sentence without one.

    Raises:
        TrainingRefused: there is no such version, it was deleted, or the gate does not let it in.
        ModelError: it cannot be loaded.
        StoreError: the database cannot be written. Nothing is changed in any case.
    """
    version = _named_or_added(store, name)
    here = active(store)
    if here is not None and here.id == version.id:
        check(of_version(store.folder, version))  # where it is damaged, another one listens in its place
        return version
    verdict = verdict_of(store, version)
    if version.run is not None and not force:
        if verdict is None:
            raise TrainingRefused(f"Nothing was measured about {name}", "train again, or promote it with --force")
        if not verdict.promotable:
            raise TrainingRefused(f"{name} was not promoted: {verdict.sentence} --force promotes it all the same.")
    try_out(of_version(store.folder, version))
    check(of_version(store.folder, version))  # that took its time, and it may have been removed meanwhile
    starter = _named_or_added(store, catalog.starter(RECOGNISER).name) if here is None else None
    why = reason or ("forced" if force else "chosen" if verdict is None else verdict.sentence)
    with store.transaction():
        trail = versions.trail(store, RECOGNISER)
        if starter is not None and not trail and starter.id != version.id:
            versions.promote(store, starter.id, FIRST)
        if trail[-1:] != [version.id]:
            versions.promote(store, version.id, why)
    return version


def rollback_target(store: Store) -> ModelVersion | None:
    """The version that `rollback` goes to, if it can be loaded; None where there is none."""
    return next(iter(_rollback_trail(store)), None)


def rollback(store: Store) -> ModelVersion:
    """Go back to the version that was active before; once more, to the one before that.

    A version that is deleted, damaged or gone is passed over.

    Raises:
        TrainingRefused: there is none to go back to.
        StoreError: the database cannot be written.
    """
    for version in _rollback_trail(store):
        try:
            try_out(of_version(store.folder, version))
        except ModelError:
            continue
        versions.roll_back(store, RECOGNISER, version.id)
        return version
    here = active(store)
    stays = catalog.starter(RECOGNISER).name if here is None else here.name
    raise TrainingRefused(
        f"There is no recogniser to go back to, {stays} stays", "promote the one you want instead"
    )


def delete(store: Store, name: str) -> None:
    """Remove a version's files; its row stays, with what it learnt from and who descends from it.

    Raises:
        TrainingRefused: it is the active one, or what that was trained from; a run still needs it; it was not
            made here.
        StoreError: the files cannot be removed; `settle` tries it again.
    """
    version = find(store, name)
    if version.run is None:
        raise TrainingRefused(f"{name} is a model of the catalog", "remove it where it was installed")
    with store.transaction():
        here = active(store)
        if here is not None and version.id == here.id:
            raise TrainingRefused(f"{name} is the recogniser in use", "promote another one first, or roll back")
        if here is not None and version.id == here.base:
            raise TrainingRefused(
                f"{here.name}, the recogniser in use, was trained from {name}", "keep it to go back to"
            )
        if (run := _needed_by(store, version)) is not None:
            raise TrainingRefused(f"Run {run.id} still needs {name}", "wait for its end, or stop and delete it")
        if not version.deleted:
            versions.mark_deleted(store, version.id)
    _remove_files(store, version)


def tag(store: Store, name: str, tags: Iterable[str]) -> ModelVersion:
    """Give a version these marks and no others. Raises TrainingRefused when there is no such version."""
    versions.tag_version(store, find(store, name).id, tags)
    return find(store, name)


def standing(store: Store) -> Standing:
    """The recogniser in use, and how well it hears: as tested when it was made, else on what was held out so far.

    Raises:
        ModelError: TERTULIA_RECOGNISER names a place where there is none.
        StoreError: the database cannot be read.
    """
    name = chosen_name(store, RECOGNISER)
    version = versions.version_named(store, RECOGNISER, name)
    scores = version.scores if version is not None else {}
    if words := scores.get("words", 0):
        bounds = (scores["wer"], scores["wer_low"], scores["wer_high"])
        return Standing(name, Interval(*bounds, scores["recordings"], words), words, scores.get("rule", STRICT))
    blocks = [Errors(row["errors"], 0, 0, row["words"]) for row in store.execute(HELD_OUT, (name, RULE))]
    words = sum(block.words for block in blocks)
    return Standing(name, interval(blocks) if len(blocks) > 1 else None, words)


def _status_of(store: Store, run: Run) -> str:
    """How a run stands, as its folder has it; noted where the row says otherwise."""
    if run.status == "finished":
        return run.status
    watch = RunWatch(run.folder)
    watch.poll()
    status = "running" if watch.state.status == "stalled" else watch.state.status
    if status == "preparing" and run.status != "preparing":
        return run.status
    if status == "preparing" and _age(run) > GRACE and not held(run.folder / LOCK):
        status = "failed"  # whoever prepared it was killed
    if status != run.status:
        runs.set_status(store, run.id, status)
    return status


def _age(run: Run) -> float:
    """Seconds since it was started; of a row that says no time, for ever."""
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(run.started_at)).total_seconds()
    except (TypeError, ValueError):
        return math.inf


def _complete(store: Store, version: ModelVersion, run: Run) -> None:
    """What is left to do about a version: remove a deleted one's files, write a card. Raises StoreError."""
    if version.deleted:
        _remove_files(store, version)
    elif not (run.folder / VERSION / model_card.NAME).exists() and (run.folder / VERSION).is_dir():
        model_card.write(store, version, run)


def _scores(folder: Path) -> dict[str, Any]:
    """What is worth knowing of a run's report without reading it again; nothing where it has none."""
    from core.versions.gate import judge, read_report

    try:
        verdict = judge(read_report(folder))
    except TrainingRefused:
        return {}
    after = verdict.after
    return {
        "wer": after.value, "wer_low": after.low, "wer_high": after.high, "recordings": after.blocks,
        "words": after.words, "wer_before": verdict.before.value, "outcome": verdict.outcome,
        "sentence": verdict.sentence, "rule": verdict.rule, "strict_wer": verdict.strict_after.value,
        "strict_wer_low": verdict.strict_after.low, "strict_wer_high": verdict.strict_after.high,
        "strict_wer_before": verdict.strict_before.value,
    }  # fmt: skip


def _base(store: Store, run: Run) -> int | None:
    """The catalog's model that a run started from, as a version; None where it is not of the catalog."""
    base = Path(str(knobs_in(run.folder).get("base", "")))
    starter = catalog.starter(RECOGNISER)
    ours = starter.path is not None and base == starter.path.with_name(TRAINABLE)
    return _named_or_added(store, starter.name).id if ours else None


def _named_or_added(store: Store, name: str) -> ModelVersion:
    """The version of that name; a model of the catalog gets its row when it is first needed.

    Raises:
        TrainingRefused: there is neither, or the version was deleted.
    """
    found = versions.version_named(store, RECOGNISER, name)
    if found is None:
        try:
            path = of_catalog(store.folder, RECOGNISER, name).path
        except ModelError:
            return find(store, name)  # which says what there is
        sha256 = fingerprint(path)
        with store.transaction():
            found = versions.version_named(store, RECOGNISER, name)
            if found is None:
                found = versions.version(
                    store, versions.add_version(store, RECOGNISER, name, str(path), sha256, {})
                )
    if found.deleted:
        raise TrainingRefused(f"{name} was deleted", "train again, or choose another version")
    return found


def _rollback_trail(store: Store) -> list[ModelVersion]:
    """The versions that rolling back leads through, the nearest first; deleted ones are passed over."""
    trail = versions.trail(store, RECOGNISER)
    found = [versions.version(store, number) for number in dict.fromkeys(reversed(trail[:-1]))]
    return [version for version in found if not version.deleted and version.id != trail[-1]]


def _needed_by(store: Store, version: ModelVersion) -> Run | None:
    """A run under way that trains from a version, or compares with it."""
    folder = store.folder / version.folder
    for run in runs.runs(store):
        if run.status in runs.ENDED and not held(run.folder / LOCK):
            continue
        job = knobs_in(run.folder)
        paths = [Path(str(job.get(knob) or "")) for knob in ("base", "before")]
        if any(path.is_relative_to(folder) for path in paths):
            return run
    return None


def _remove_files(store: Store, version: ModelVersion) -> None:
    """Remove the files of a version that is marked as deleted; what its run reported stays. Raises StoreError."""
    folder = store.folder / version.folder
    for name in (folder.name, *MADE_OF):
        try:
            remove_folder(store.folder, folder.parent / name)
        except OSError as error:
            raise reasons.disk(folder.parent / name, error) from error
