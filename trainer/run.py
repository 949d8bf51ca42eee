"""One run on a job folder: everything is looked at before anything is trained."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import peft
import torch
import transformers

from trainer import checkpoints
from trainer.adapter import learner_of, load_base
from trainer.checkpoints import Checkpoint
from trainer.contract import folder as names
from trainer.contract.clips import Clip, read_manifest
from trainer.contract.errors import CheckpointError, JobError
from trainer.contract.events import Stage
from trainer.contract.job import Job, read_job
from trainer.data import Data
from trainer.events import Events, Heartbeat
from trainer.finishing import finish
from trainer.labels import Labels
from trainer.manifest import check_audio, check_clips
from trainer.optimising import device_of, precision_of
from trainer.room import check_disk
from trainer.stopping import Stopped, StopRequest
from trainer.training import RunParts, Training
from trainer.world import World


def run(folder: Path, resume: bool, events: Events, stop: StopRequest, world: World) -> dict[str, Any]:
    """Train as the folder says; returns the fields of the `done` event.

    Args:
        folder: absolute.
        resume: go on from the newest whole checkpoint, or from the beginning where there is none.

    Raises:
        TrainerError: whatever a person can do something about.
    """
    job, job_hash = read_job(folder)
    if job.device == "cuda" and not torch.cuda.is_available():
        raise JobError("There is no GPU that can be used here", "set “device” to auto or cpu")
    torch.set_num_threads(job.threads)
    device = device_of(job, world.local_rank)
    if precision_of(job, device) == "fp16" and device.type == "cpu":
        raise JobError("A processor does not train in fp16", "set “precision” to auto")
    clips, manifest_hash = read_manifest(folder / names.MANIFEST)
    hashes = {names.JOB: job_hash, names.MANIFEST: manifest_hash, "base": base_hash(job.base)}
    checkpoint = _starting_point(folder, resume, events)
    hello(events, job, clips, device, world, checkpoint)
    with Heartbeat(events, job.heartbeat) as heart:
        _stage(events, heart, "check")
        labels = Labels(job.base)
        check_clips(clips, labels.positions, decoder_positions(job.base))
        if world.first:
            # The test split is heard at the very end: better to know now that it cannot be.
            check_audio([clip for clip in clips if clip.split != "test" or job.before])
        world.join(device)
        step = checkpoint.step if checkpoint else 0
        try:
            cache = Path(job.cache) if job.cache else folder / "cache"
            clips += _made(job, clips, cache, events, heart, stop, world)
            _stage(events, heart, "load")
            base = load_base(job.base)
            model = learner_of(base, job).to(device)
            train = [clip for clip in clips if clip.split == "train"]
            if world.first:
                check_disk(model, job, folder)
            data = Data(train, job, labels, cache, base.config.num_mel_bins)
            dev = [clip for clip in clips if clip.split == "dev" and clip.origin == "learner"][: job.dev_clips]
            _stage(events, heart, "train")
            parts = RunParts(
                folder, job, hashes, data, dev, labels, model, device, world, events, heart, stop
            )  # fmt: skip
            done = Training(parts, checkpoint).run()
            step = done["step"]
            if done["status"] == "finished" and job.export and world.first:
                done |= finish(parts, clips, lambda stage: _stage(events, heart, stage))
            return done
        except Stopped as stopped:
            events.emit("stopping", why=str(stopped), step=step)
            return {"status": "stopped", "step": step}
        finally:
            world.leave()


def _stage(events: Events, heart: Heartbeat, name: Stage) -> None:
    """Say what the run is at from now on."""
    heart.at(name, 0)
    events.emit("stage", name=name)


def _made(
    job: Job,
    clips: Sequence[Clip],
    cache: Path,
    events: Events,
    heart: Heartbeat,
    stop: StopRequest,
    world: World,
) -> list[Clip]:
    """The clips that the job wants made on the spot, the same in every process.

    What the learner says in dev and test is never among them.

    Raises:
        Stopped: asked to stop; what has been made is in the cache.
    """
    if not job.made_replay + job.made_dev + job.made_general:
        return []
    from trainer.replay import made

    def on_progress(done: int, total: int) -> None:
        heart.at("replay", done)
        events.emit("replay", done=done, total=total)

    never = {clip.text for clip in clips if clip.split != "train"}
    found: list[Clip] = []
    why = ""
    if world.first:
        _stage(events, heart, "replay")
        try:
            found = made(job, cache, on_progress, stop.check, never)
        except Stopped as stopped:
            why = str(stopped)
    if why := world.from_first(why):
        raise Stopped(why)
    return found if world.first else made(job, cache, lambda done, total: None, lambda: None, never)


def hello(
    events: Events,
    job: Job,
    clips: Sequence[Clip],
    device: torch.device,
    world: World,
    checkpoint: Checkpoint | None,
) -> None:
    """Say who is at work, with what, on what."""
    own = [clip for clip in clips if clip.origin == "learner"]
    events.emit(
        "hello",
        durable=True,
        pid=os.getpid(),
        processes=world.size,
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        precision=precision_of(job, device),
        base=str(job.base),
        train_clips=sum(clip.split == "train" for clip in own),
        train_seconds=round(sum(clip.seconds for clip in own if clip.split == "train"), 1),
        dev_clips=sum(clip.split == "dev" for clip in own),
        replay_clips=sum(clip.origin == "replay" and clip.split == "train" for clip in clips),
        resumed_step=checkpoint.step if checkpoint else None,
    )


def _starting_point(folder: Path, resume: bool, events: Events) -> Checkpoint | None:
    """The checkpoint to go on from; what is broken is passed over with a warning."""
    found, skipped = checkpoints.newest(folder / names.CHECKPOINTS)
    for path in skipped:
        events.emit("warning", message=f"The checkpoint {path.name} is damaged; passed over for the one before it.")
    if not resume and (found or skipped):
        raise CheckpointError(
            f"A run has already begun in {folder}", "add --resume to go on, or make a new job", folder
        )
    return found


def decoder_positions(base: Path) -> int:
    """How long a text the base's decoder can hold, prompt included."""
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    return int(config.get("max_target_positions", 448))


def base_hash(base: Path) -> str:
    """One hash of the base's weights and tokenizer."""
    digest = hashlib.sha256()
    for path in sorted([*base.glob("*.safetensors"), base / "tokenizer.json", base / "config.json"]):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
