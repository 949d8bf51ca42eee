"""job.json: every knob of a run. Written by whoever starts it, read here, never changed afterwards.

Each knob is a field of `Job`; a default suits an hour or two of one person's speech. Nothing is looked up on
a network, so the base is a folder, and what is not known here is refused rather than ignored: a misspelt knob
would otherwise train something else than was asked for.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.whisper import windows
from models.whisper.windows import Windows
from trainer.contract import folder as names
from trainer.contract.errors import JobError

VERSION = 1
PLACES = ("version", "base", "hears", "before", "before_name", "before_hears", "cache")
"""What job.json says of the machine and the moment, and not of how to train."""
BASE_FILES = ("config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json")
"""What a base in Hugging Face format must hold beside its weights: without any of them something later in the
chain takes a wrong default in silence."""
PARTS = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
"""The matrices of a Whisper layer, by transformers' names."""


def _knob(default: Any, low: float | None = None, high: float | None = None, among: tuple[str, ...] = ()) -> Any:
    """A field with its limits, both included."""
    return field(default=default, metadata={"low": low, "high": high, "among": among})


@dataclass(frozen=True)
class Job:
    """How to train, and on what."""

    base: Path
    """Folder of the Whisper to start from, in Hugging Face format; an absolute path."""
    seed: int = _knob(1, 0, 2**31)
    """All chance comes from it: order, augmentation, dropout, the adapter's first values."""
    cache: str = ""
    """Folder for features and made clips that jobs share, absolute; empty for one inside the job folder."""
    before: str = ""
    """CTranslate2 folder of the recogniser in use until now, absolute, with which the new version is compared on
    the test split; empty for no comparison."""
    before_name: str = ""
    """What people call that one."""
    before_hears: Windows | None = None
    """In which windows it hears; None for those that its folder says."""
    hears: Windows | None = None
    """In which windows the base was measured to hear as well as in full ones; None for those that it has beside its
    folder, in the one in which it listens. A version begins with them."""

    full: bool = False
    """Train all weights instead of an adapter beside them: several times the memory and the disk."""

    rank: int = _knob(16, 1, 256)
    """Rank of the adapter's matrices."""
    alpha: float = _knob(32.0, 0.01, 1024)
    """The adapter's output is scaled by alpha / rank."""
    dropout: float = _knob(0.05, 0, 0.9)
    """Share of the adapter's inputs dropped in training."""
    targets: tuple[str, ...] = PARTS
    """Which matrices get an adapter …"""
    where: str = _knob("both", among=("both", "encoder", "decoder"))
    """… and in which half of the network: the one that hears, or the one that writes."""

    learning_rate: float = _knob(1e-3, 1e-7, 0.1)
    """At its peak."""
    schedule: str = _knob("cosine", among=("cosine", "linear", "constant"))
    """How the rate falls after the warm-up."""
    warmup: float = _knob(0.08, 0, 0.9)
    """Share of the steps in which the rate rises to its peak."""
    weight_decay: float = _knob(0.0, 0, 1)
    smoothing: float = _knob(0.0, 0, 0.5)
    """Share of every target that is spread over all tokens, so that the network stays in doubt where it should."""
    clip: float = _knob(1.0, 1e-3, 1e3)
    """Largest norm of the gradient."""
    batch: int = _knob(16, 1, 4096)
    """Clips between two steps of the optimiser, over all processes."""
    micro_batch: int = _knob(8, 1, 4096)
    """Clips computed at once by one process, in windows of up to ten seconds; fewer in longer ones. Halved when
    memory does not suffice. The gradient is the same."""
    epochs: int = _knob(10, 1, 10_000)
    """How often the learner's own clips are heard."""
    transfer_epochs: int = _knob(0, 0, 10_000)
    """How often other people's regional clips are heard before the learner's own, in a stage of their own."""
    max_steps: int = _knob(0, 0, 10_000_000)
    """Stop after so many steps, 0 for none; the schedule then ends there too."""
    evaluate_every: int = _knob(50, 1, 1_000_000)
    """Steps from one word error rate on dev to the next; each is followed by a checkpoint."""
    patience: int = _knob(5, 1, 1_000_000)
    """Stop early after so many of them without a better one."""
    dev_clips: int = _knob(100, 1, 100_000)
    """Most dev clips to hear each time."""
    checkpoint_every: int = _knob(50, 1, 1_000_000)
    """Steps from one checkpoint to the next."""
    keep_checkpoints: int = _knob(2, 1, 1000)
    """How many of the newest are kept; the best one always is."""

    device: str = _knob("auto", among=("auto", "cpu", "cuda"))
    precision: str = _knob("auto", among=("auto", "fp32", "bf16", "fp16"))
    """auto: bf16 on a GPU that has it, else fp16 there, fp32 on a processor. The adapter itself is always fp32."""
    threads: int = _knob(1, 1, 1024)
    """Of one process; on a shared machine two are slower than one."""
    gradient_checkpointing: bool = False
    """Compute layers twice and keep less in memory."""

    full_windows: float = _knob(0.03, 0, 1)
    """Share of batches with windows of thirty seconds; the others are as short as their speech. One costs nine
    times as much as a short one, and few suffice to keep what the base knows of them."""
    margin: float = _knob(0.6, 0, 30)
    """Seconds of silence behind the longest clip of a short window, at most, or as many as the base needs if those
    are more; drawn for every batch."""
    pack: bool = False
    """Join short clips into windows of nearly thirty seconds: five times as fast as padding each, but short windows
    are faster still, and turns are then heard in them."""
    timestamps: float = _knob(0.25, 0, 1)
    """Share of labels with timestamps, where the base has them; without any it forgets how to set them."""

    replay: float = _knob(1.0, 0, 100)
    """Replay clips for each of the learner's own, as far as there are any."""
    distil: float = _knob(0.5, 0, 1)
    """Share of a replay clip's loss that is how far the network has come from what the base says to it, and not how
    far it is from the text (Li and Hoiem 2016, Learning without Forgetting, arXiv:1606.09282)."""
    made_replay: int = _knob(0, 0, 100_000)
    """Replay clips made on the spot with synthetic voices, beside those of the manifest; for train …"""
    made_dev: int = _knob(0, 0, 100_000)
    """… for dev, where they show how much of the rest of Spanish an adapter costs …"""
    made_general: int = _knob(0, 0, 100_000)
    """… and for the general test set, of sentences unlike anything that is trained or replayed."""
    noise: float = _knob(0.03, 0, 0.5)
    """Clips without speech, made up on the spot, for each of the learner's own."""
    augment: float = _knob(0.8, 0, 1)
    """Share of the learner's own clips that are changed each time they are heard."""
    speed: float = _knob(0.1, 0, 0.4)
    """Faster or slower by up to this share."""
    gain: float = _knob(6.0, 0, 40)
    """Louder or softer by up to so many decibels."""
    noisy: float = _knob(0.4, 0, 1)
    """Share of changed clips that get background noise."""
    least_snr: float = _knob(12.0, -10, 100)
    """The noise lies at least so many decibels below the speech, at most 25 dB more."""
    silence: float = _knob(0.4, 0, 5)
    """Seconds of silence put before and behind a changed clip, at most."""
    mask_time: float = _knob(0.05, 0, 0.5)
    """Largest share of a clip's time hidden by each of two masks (SpecAugment)."""
    mask_bands: int = _knob(8, 0, 60)
    """Most mel bands hidden by each of two masks."""

    export: bool = True
    """Make a version of the adapter that the app can load, when training has finished."""
    quantization: str = _knob("int8", among=("int8", "int8_float16", "float16", "float32"))
    """Of that version, in CTranslate2's words."""

    heartbeat: float = _knob(10.0, 0.05, 600)
    """Seconds between two signs of life."""


_TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "str": (str,)}


def read_job(folder: Path) -> tuple[Job, str]:
    """The job of a folder, and a hash of its text by which a checkpoint knows it again.

    Raises:
        JobError: no job.json, one that is not right, or a base that is not a whole folder.
    """
    path = folder / names.JOB
    try:
        data = path.read_bytes()
        body = json.loads(data)
    except FileNotFoundError as error:
        raise JobError(
            f"{folder} has no {names.JOB}", "give the folder that `tertulia train` made", folder
        ) from error
    except (OSError, ValueError) as error:
        raise JobError(f"{path} cannot be read ({error})", "start the run anew", path) from error
    job = job_from(body, path)
    check_base(job.base)
    if job.before and not (Path(job.before) / names.WEIGHTS).is_file():
        raise JobError(
            f"The recogniser to compare with is not at {job.before}", "install it again, or compare with another"
        )
    return job, hashlib.sha256(data).hexdigest()


def knobs_in(folder: Path) -> dict[str, Any]:
    """What a folder's job.json sets, unchecked, for whoever only shows it; nothing where it is damaged."""
    try:
        body = json.loads((folder / names.JOB).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def job_from(body: Any, path: Path) -> Job:
    """The job in parsed JSON; `path` is only named in errors. Raises JobError."""
    if not isinstance(body, dict):
        raise JobError(f"{path} is not a JSON object", "write one with the knobs of the run", path)
    values = dict(body)
    if values.pop("version", VERSION) != VERSION:
        raise JobError(
            f"{path} is of version {body['version']}, not {VERSION}", "start the run anew with this app", path
        )
    known = {knob.name: knob for knob in dataclasses.fields(Job)}
    if unknown := sorted(values.keys() - known.keys()):
        raise JobError(f"{path} has no meaning for “{unknown[0]}”", "correct its spelling or leave it out", path)
    if not isinstance(values.get("base"), str):
        raise JobError(
            f"{path} names no base", "give “base”, the folder of a recogniser in Hugging Face format", path
        )
    values["base"] = Path(values["base"])
    for name, value in values.items():
        if name != "base":
            values[name] = _checked(known[name], value, path)
    job = Job(**values)
    for name in ("cache", "before"):
        if (folder := getattr(job, name)) and not Path(folder).is_absolute():
            raise JobError(f"{path}: “{name}” is not an absolute path", "give the whole path", path)
    return job


def _checked(knob: dataclasses.Field[Any], value: Any, path: Path) -> Any:
    """The value of a knob, of the right type and within its limits."""
    low: Any = knob.metadata.get("low")
    high: Any = knob.metadata.get("high")
    among: Any = knob.metadata.get("among")
    if knob.name == "targets":
        if not isinstance(value, list) or not value or not set(map(str, value)) <= set(PARTS):
            raise JobError(
                f"{path}: “targets” must be a list of matrices", f"choose among {', '.join(PARTS)}", path
            )
        return tuple(value)
    if knob.name in ("hears", "before_hears"):
        try:
            return None if value is None else windows.from_json(value)
        except ValueError as error:
            raise JobError(f"{path}: “{knob.name}” says no windows", "correct it or leave it out", path) from error
    kinds = _TYPES[str(knob.type)]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise JobError(
            f"{path}: “{knob.name}” is {value!r}, not of type {knob.type}", "correct it or leave it out", path
        )
    if among and value not in among:
        raise JobError(f"{path}: “{knob.name}” is {value!r}", f"choose among {', '.join(among)}", path)
    if low is not None and not low <= value <= high:
        raise JobError(f"{path}: “{knob.name}” is {value}", f"choose a value from {low:g} to {high:g}", path)
    return value


def check_base(folder: Path) -> None:
    """Refuse what is not a whole folder in Hugging Face format.

    A hub's name looks like a relative path; the libraries would take any folder that is missing for one, and
    try to download it.
    """
    if not folder.is_absolute():
        raise JobError(
            f"The base “{folder}” is not an absolute path", "give a folder; hub names are not looked up", folder
        )
    if not folder.is_dir():
        raise JobError(
            f"The base is not at {folder}", "install the recogniser again, or choose another base", folder
        )
    missing = [name for name in BASE_FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in ("model.safetensors", "model.safetensors.index.json")):
        missing.append("model.safetensors")
    if missing:
        raise JobError(
            f"The base in {folder} lacks {', '.join(missing)}",
            "install the whole folder in Hugging Face format",
            folder,
        )
