"""The loop: steps, evaluations on the dev split, checkpoints, and the adapter of the best of them.

Everything that decides the next step is in the weights, the optimiser's moments and `TrainingState`; chance is
drawn from the seed and the step. So a run that was killed and resumed ends with the same bits as one that
was not. The gradient is a sum over all clips of a batch divided by all their tokens, however they are split
into micro-batches and among processes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from models.evaluation.scoring import total
from models.evaluation.spoken import RULE, STRICT
from trainer import checkpoints
from trainer.adapter import save_adapter, trainable
from trainer.checkpoints import Checkpoint
from trainer.contract.clips import Clip
from trainer.contract.errors import CheckpointError, TrainingError
from trainer.contract.folder import ADAPTER, CHECKPOINTS
from trainer.contract.job import Job
from trainer.data import Data, Window
from trainer.decoding import hear
from trainer.events import Events, Heartbeat
from trainer.files import replacing_folder
from trainer.gpu import Gpu
from trainer.labels import IGNORE, Labels
from trainer.optimising import autocast, out_of_memory, precision_of, rate, restore, state_of
from trainer.room import memory_mb, most_at_once, together
from trainer.stopping import Stopped, StopRequest
from trainer.windows import window
from trainer.world import World

SAMPLES = 6
"""So many dev clips are shown in every evaluation."""
MOST_BAD_STEPS = 10
"""After so many steps in a row without a finite gradient the run gives up."""


@dataclass
class TrainingState:
    """What a run knows beside weights and moments."""

    step: int = 0
    """Steps done."""
    evaluated: int = -1
    """The step after which dev was last looked at."""
    best_step: int | None = None
    best_wer: float | None = None
    fewest: int | None = None
    """Word errors of the look at dev that had the fewest."""
    since_best: int = 0
    """Looks at dev since then."""
    base_wer: float | None = None
    before: list[str] = dataclasses.field(default_factory=list)
    """What the base heard in the clips that are shown."""
    micro_batch: int = 0
    rule: str = STRICT
    """By which words were counted; of checkpoints that do not say, as they all were then."""
    bad_steps: int = 0
    scale: dict[str, Any] = dataclasses.field(default_factory=dict)
    """Of the gradients in fp16."""


@dataclass(frozen=True)
class RunParts:
    """What a run is made of."""

    folder: Path
    job: Job
    hashes: Mapping[str, str]
    """By which a checkpoint knows its job, manifest and base again."""
    data: Data
    dev: Sequence[Clip]
    labels: Labels
    model: Any
    device: torch.device
    world: World
    events: Events
    heart: Heartbeat
    stop: StopRequest


class Training:
    """One run, from its beginning or from a checkpoint."""

    def __init__(self, parts: RunParts, checkpoint: Checkpoint | None) -> None:
        self._parts = parts
        self._job, self._model, self._world, self._events = parts.job, parts.model, parts.world, parts.events
        self._checkpoints = parts.folder / CHECKPOINTS
        self._named = trainable(parts.model)
        self._precision = precision_of(parts.job, parts.device)
        self._optimiser = torch.optim.AdamW(
            self._named.values(), lr=parts.job.learning_rate, weight_decay=parts.job.weight_decay
        )
        self._scaler = torch.amp.GradScaler(parts.device.type, enabled=self._precision == "fp16")
        self._state = TrainingState(rule=RULE)
        self._steps = parts.data.plan.steps
        self._stages = parts.data.plan.stages
        self._recent: deque[float] = deque(maxlen=20)
        self._gpu = Gpu(parts.device)
        if checkpoint is not None:
            self._restore(checkpoint)
        else:
            self._state.micro_batch = most_at_once(parts.model, parts.job, parts.device)
            if self._state.micro_batch < min(parts.job.micro_batch, parts.job.batch):
                self._warn_of_memory()

    def run(self) -> dict[str, Any]:
        """Train to the end or until asked to stop; returns the fields of the last event.

        Raises:
            TrainingError: numbers that are none, or too little memory for a single clip.
            CheckpointError: the best checkpoint went away.
            OSError: a full disk.
        """
        self._events.emit(
            "train_begin",
            step=self._state.step,
            steps=self._steps,
            stages=self._stages,
            trainable=sum(p.numel() for p in self._named.values()),
            total=sum(p.numel() for p in self._model.parameters()),
            precision=self._precision,
        )
        self._model.train()
        try:
            while True:
                self._evaluate_if_due()
                if self._over:
                    break
                if self._world.any(bool(self._parts.stop.why)):
                    raise Stopped(self._parts.stop.why or "another process")
                self._step()
                if self._state.step % self._job.checkpoint_every == 0 and not self._evaluation_due:
                    self._write_checkpoint()
        except Stopped as stopped:
            self._events.emit("stopping", why=str(stopped), step=self._state.step)
            self._write_checkpoint()
            return {"status": "stopped", "step": self._state.step}
        return self._finished()

    @property
    def _over(self) -> bool:
        return self._state.step >= self._steps or self._state.since_best >= self._job.patience

    @property
    def _evaluation_due(self) -> bool:
        """Whether dev must be looked at before the next step; in the first of two stages only at its ends."""
        step = self._state.step
        ends = step >= self._steps or any(step == first for first, _ in self._stages)
        regular = self._may_be_best and step % self._job.evaluate_every == 0
        return self._state.evaluated < step and (ends or regular)

    @property
    def _may_be_best(self) -> bool:
        """Whether the adapter can be the one that is kept: not before it has heard the learner."""
        return self._state.step > self._stages[-1][0] or self._state.step >= self._steps

    # --- one step --------------------------------------------------------------------------------------------

    def _step(self) -> None:
        """Learn from one batch, over all processes."""
        state, started = self._state, time.monotonic()
        self._parts.heart.at("train", state.step)
        windows, frames = self._parts.data.drawn(state.step)
        own = windows[self._world.rank :: self._world.size]
        wanted = sum(token != IGNORE for one in own for token in self._parts.data.pair(one)[1])
        tokens = self._world.total(wanted)[0]
        while True:
            try:
                lost, short = self._gradients(own, frames, tokens), False
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                lost, short = 0.0, True
            if not self._world.any(short):
                break
            self._halve_micro_batch()
        loss = self._world.total(lost)[0]
        self._world.add_gradients(self._named.values())
        self._scaler.unscale_(self._optimiser)
        norm = float(nn.utils.clip_grad_norm_(self._named.values(), self._job.clip))
        rate_now = rate(self._job, state.step, self._stages)
        self._update_weights(loss, norm, rate_now)
        state.step += 1
        self._report(loss, norm, rate_now, windows, frames, time.monotonic() - started)

    def _gradients(self, windows: Sequence[Window], frames: int, tokens: float) -> float:
        """Add up this process's share of the gradient; returns its share of the loss."""
        self._optimiser.zero_grad(set_to_none=True)
        loss, size = 0.0, together(self._state.micro_batch, frames, self._parts.device)
        for number, start in enumerate(range(0, len(windows), size)):
            name = f"{self._job.seed} {self._state.step} {self._world.rank} {number}"
            torch.manual_seed(int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big"))  # dropout's
            tensors = self._parts.data.tensors(windows[start : start + size], frames)
            features, given, wanted = (tensor.to(self._parts.device) for tensor in tensors)
            # The window stays open for the backward pass too, which may compute layers again.
            with window(self._model.get_base_model(), frames):
                with autocast(self._parts.device, self._precision):
                    logits = self._model(input_features=features, decoder_input_ids=given, use_cache=False).logits
                part = F.cross_entropy(
                    logits.float().flatten(0, 1), wanted.flatten(), ignore_index=IGNORE, reduction="none",
                    label_smoothing=self._job.smoothing,
                ).view_as(wanted)  # fmt: skip
                part = self._distilled(part, windows[start : start + size], features, given, logits).sum()
                self._scaler.scale(part / tokens).backward()
            loss += float(part.detach()) / tokens
        return loss

    def _distilled(
        self,
        loss: torch.Tensor,
        windows: Sequence[Window],
        features: torch.Tensor,
        given: torch.Tensor,
        logits: torch.Tensor,
    ) -> torch.Tensor:
        """The loss of every token, that of replay partly replaced by the distance from what the base says.

        Args:
            loss: [n, tokens], 0 where nothing is to be said.
            logits: [n, tokens, vocabulary], what the network says.
        """
        share = self._job.distil
        replayed = [
            n for n, one in enumerate(windows) if one.parts and all(c.origin == "replay" for c, _ in one.parts)
        ]
        if not share or not replayed:
            return loss
        rows = torch.tensor(replayed, device=loss.device)
        with torch.no_grad(), self._model.disable_adapter(), autocast(self._parts.device, self._precision):
            base = self._model(input_features=features[rows], decoder_input_ids=given[rows], use_cache=False).logits
        apart = F.kl_div(
            logits[rows].float().log_softmax(-1), base.float().log_softmax(-1), log_target=True, reduction="none"
        ).sum(-1)
        mixed = (1 - share) * loss[rows] + share * apart * (loss[rows] != 0)
        return loss.index_copy(0, rows, mixed)

    def _update_weights(self, loss: float, norm: float, rate_now: float) -> None:
        """Step the optimiser, unless loss or gradient are no numbers: then the step is passed over."""
        for group in self._optimiser.param_groups:
            group["lr"] = rate_now
        if math.isfinite(loss) and math.isfinite(norm):
            self._scaler.step(self._optimiser)
            self._state.bad_steps = 0
        else:
            self._state.bad_steps += 1
            self._events.emit(
                "warning", message=f"Step {self._state.step + 1} gave no finite gradient; passed over."
            )
            if self._state.bad_steps >= MOST_BAD_STEPS:
                raise TrainingError(
                    f"{MOST_BAD_STEPS} steps in a row gave no finite loss", "start again with a lower learning_rate"
                )
        self._scaler.update()

    def _halve_micro_batch(self) -> None:
        """Half as many clips at once, twice as many times: the same gradient in less memory."""
        self._optimiser.zero_grad(set_to_none=True)
        if self._parts.device.type == "cuda":
            torch.cuda.empty_cache()
        if self._state.micro_batch == 1:
            raise TrainingError(
                "There is too little memory for a single clip",
                "close other programs, choose a smaller base, or set gradient_checkpointing",
            )
        self._state.micro_batch = max(1, min(self._state.micro_batch, self._job.batch) // 2)
        self._warn_of_memory()

    def _warn_of_memory(self) -> None:
        at_once = self._state.micro_batch
        self._events.emit(
            "warning", message=f"Memory does not suffice; now {at_once} clips at once.", micro_batch=at_once
        )

    def _report(
        self, loss: float, norm: float, rate_now: float, windows: Sequence[Window], frames: int, seconds: float
    ) -> None:
        self._recent.append(seconds)
        speech = sum(one.seconds for one in windows)
        left = self._steps - self._state.step
        self._events.emit(
            "step", step=self._state.step, steps=self._steps,
            epoch=self._parts.data.plan.epoch(self._state.step - 1),
            loss=loss, lr=rate_now, grad_norm=norm, seconds=round(seconds, 4), speech_seconds=round(speech, 2),
            frames=frames, memory_mb=memory_mb(self._parts.device), gpu=self._gpu.now(),
            eta=round(left * sum(self._recent) / len(self._recent), 1),
        )  # fmt: skip

    # --- dev and checkpoints ---------------------------------------------------------------------------------

    def _evaluate_if_due(self) -> None:
        """Evaluate on the dev split if it is time, remember whether it was the best, and keep a checkpoint."""
        if not self._evaluation_due:
            return
        if self._world.first:
            try:
                self._evaluate()
                why = ""
            except Stopped as stopped:
                why = str(stopped)
        else:
            why = ""
        why, shared = self._world.from_first((why, dataclasses.asdict(self._state)))
        if why:
            raise Stopped(why)
        if not self._world.first:
            self._state = TrainingState(**{**shared, "micro_batch": self._state.micro_batch})
        if self._state.step:
            self._write_checkpoint()

    def _evaluate(self) -> None:
        parts, state, started = self._parts, self._state, time.monotonic()
        parts.heart.at("evaluate", state.step)
        clips = [(clip.text, parts.data.cached(clip)) for clip in parts.dev]
        heard = hear(self._model, parts.labels, clips, parts.device, parts.stop.check)
        if state.step == 0:
            state.base_wer, state.before = heard.rate, heard.texts[:SAMPLES]
        elif self._may_be_best:
            self._compare(total(heard.words).count, heard.rate)
        state.evaluated = state.step
        shown = zip(parts.dev, state.before, heard.texts, strict=False)
        self._events.emit(
            "eval", step=state.step, best_step=state.best_step, seconds=round(time.monotonic() - started, 2),
            samples=[{"reference": c.text, "before": before, "heard": now} for c, before, now in shown],
            **heard.figures(),
        )  # fmt: skip

    def _compare(self, errors: int, wer: float) -> None:
        """Whether this step is the best so far.

        Of steps which chance alone may set apart (one standard error of so many counted errors) the
        later one is taken: the rate has fallen further, and less is forgotten. A small dev split has many of them.
        """
        state = self._state
        if state.fewest is None or errors < state.fewest:
            state.fewest, state.since_best = errors, 0
        else:
            state.since_best += 1
        if errors <= state.fewest + math.sqrt(state.fewest):
            state.best_step, state.best_wer = state.step, wer

    def _write_checkpoint(self) -> None:
        """Write a checkpoint of this step."""
        if not self._world.first:
            return
        state = {**dataclasses.asdict(self._state), "scale": self._scaler.state_dict(), **self._parts.hashes}
        groups = {"adapter": self._named, "optimiser": state_of(self._optimiser, self._named)}
        path = checkpoints.write(self._checkpoints, self._state.step, groups, state)
        checkpoints.prune(self._checkpoints, self._job.keep_checkpoints, self._state.best_step)
        self._events.emit("checkpoint", durable=True, step=self._state.step, path=str(path))

    def _restore(self, checkpoint: Checkpoint) -> None:
        checkpoints.same_job(checkpoint, self._parts.hashes)
        self._load(checkpoint)
        restore(self._optimiser, self._named, checkpoint.tensors("optimiser"))
        names = {knob.name for knob in dataclasses.fields(TrainingState)}
        state = TrainingState(**{name: value for name, value in checkpoint.state.items() if name in names})
        if state.rule != RULE:  # what was counted otherwise is no measure of what comes
            state.rule, state.fewest, state.since_best, state.best_wer, state.base_wer = RULE, None, 0, None, None
        self._state = state
        if self._state.scale:
            self._scaler.load_state_dict(self._state.scale)

    def _load(self, checkpoint: Checkpoint) -> None:
        weights = checkpoint.tensors("adapter")
        with torch.no_grad():
            for name, p in self._named.items():
                p.copy_(weights[name])

    def _finished(self) -> dict[str, Any]:
        """Put the best checkpoint's adapter in its place, in peft's format."""
        best, state = self._state.best_step, self._state
        adapter = self._parts.folder / ADAPTER
        if self._world.first:
            found = checkpoints.at(self._checkpoints, best) if best is not None else None
            if found is None:
                raise CheckpointError(f"The best checkpoint (step {best}) is damaged", "start the run anew")
            self._load(found)
            if not adapter.exists():  # a resumed run finds it there
                with replacing_folder(adapter) as folder:
                    save_adapter(self._model, folder)
        return {
            "status": "finished", "step": state.step, "best_step": best, "adapter": str(adapter),
            "wer_before": state.base_wer, "wer_after": state.best_wer,
        }  # fmt: skip
