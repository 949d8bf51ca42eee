"""From clips to what the network is shown: features, decoder inputs and targets.

Features of unchanged clips are computed once, kept in a folder under the hash of what they were made from,
and mapped into memory; those of changed clips are computed each time, which costs a few milliseconds.
All chance comes from the seed, the step and the place in the batch.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.units import SAMPLE_RATE, WINDOW
from models.whisper.level import audible
from models.whisper.windows import FULL, frames_for
from trainer import augment
from trainer.augment import Augmentation
from trainer.batches import PAUSE, TAUGHT, Batch, BatchPlan
from trainer.contract.clips import Clip
from trainer.contract.job import Job
from trainer.features import log_mel, to_window
from trainer.labels import Labels, TimedText
from trainer.manifest import waveform
from trainer.shortest import of_base

CACHE = "whisper-1"
"""Part of every cached file's name; another way to compute features gets another one."""


@dataclass(frozen=True)
class Window:
    """One window of a batch, drawn but not yet made."""

    parts: tuple[tuple[Clip, Augmentation], ...]
    timestamps: bool = False
    mask: int | None = None
    """Seed of what is hidden; None for nothing."""
    hush: int | None = None
    """Seed of the noise where nobody speaks."""

    @property
    def samples(self) -> int:
        if self.hush is not None:
            return len(augment.hush(self.hush))
        return sum(c.samples(clip.end - clip.start) for clip, c in self.parts) + GAP * (len(self.parts) - 1)

    @property
    def seconds(self) -> float:
        """Seconds of recordings in it."""
        return sum(clip.seconds for clip, _ in self.parts)


GAP = int(PAUSE * SAMPLE_RATE)
"""Samples of silence between two clips in one window."""


class Data:
    """What every step of a run is shown.

    Args:
        clips: of the train split.
        cache: folder for features.
        bands: mel bands of the base.
    """

    def __init__(self, clips: Sequence[Clip], job: Job, labels: Labels, cache: Path, bands: int) -> None:
        self._clips, self._job, self._labels, self._bands = clips, job, labels, bands
        self._base = of_base(job)
        self._cache = cache
        cache.mkdir(parents=True, exist_ok=True)
        self.plan = BatchPlan(clips, job)

    def drawn(self, step: int) -> tuple[list[Window], int]:
        """The windows of a step, and how many frames each is long; no audio is read."""
        batch: Batch = self.plan.batch(step)
        windows = [self._window(item, step, place) for place, item in enumerate(batch.items)]
        if batch.full:
            return windows, FULL
        # Up to what the base needs: it is asked about replay (Job.distil), and not only where it is lost.
        margin = random.Random(f"{self._job.seed} {step} margin").uniform(
            0, max(self._job.margin, self._base.margin or 0.0)
        )
        floor = random.Random(f"{self._job.seed} {step} floor").uniform(0, self._base.floor)
        return windows, frames_for(max(window.samples for window in windows), margin, floor)

    def _window(self, item: tuple[int, ...], step: int, place: int) -> Window:
        job, dice = self._job, random.Random(f"{self._job.seed} {step} {place}")
        if not item:
            return Window((), hush=dice.randrange(2**31))
        clips = [self._clips[number] for number in item]
        parts = tuple(
            (clip, augment.draw(dice, job, clip.end - clip.start) if clip.origin in TAUGHT else Augmentation())
            for clip in clips
        )
        timestamps, mask = dice.random() < job.timestamps, dice.randrange(2**31)
        window = Window(parts, timestamps, mask)
        if window.samples > WINDOW:  # packed too tightly for what was drawn
            window = Window(tuple((clip, Augmentation()) for clip in clips), timestamps, mask)
        return window

    def tensors(self, windows: Sequence[Window], frames: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Features [n, bands, frames], decoder inputs and targets [n, longest] of some windows."""
        features = to_window([self.features(window) for window in windows], frames, [False] * len(windows))
        return features, *self._labels.batch([self.pair(window) for window in windows])

    def pair(self, window: Window) -> tuple[list[int], list[int]]:
        """Decoder input and targets of a window."""
        said, offset = [], 0
        for clip, change in window.parts:
            if clip.text:
                start = clip.words[0].start if clip.words else 0.0
                end = clip.words[-1].end if clip.words else clip.seconds
                voice = (offset + change.lead) / SAMPLE_RATE
                said.append(TimedText(clip.text, voice + start / change.speed, voice + end / change.speed))
            offset += change.samples(clip.end - clip.start) + GAP
        return self._labels.pair(said, window.timestamps)

    def features(self, window: Window) -> NDArray[np.float16]:
        """Log-mel features [bands, frames] of what is in a window, without the silence behind it."""
        if window.hush is not None:
            return self._mel(augment.hush(window.hush))
        if len(window.parts) == 1 and window.parts[0][1] == Augmentation():
            mel = self.cached(window.parts[0][0])
        else:
            voices: list[NDArray[np.float32]] = []
            for clip, change in window.parts:
                voices += [augment.applied(waveform(clip), change), np.zeros(GAP, np.float32)]
            mel = self._mel(np.concatenate(voices[:-1]))
        return mel if window.mask is None else augment.masked(mel, random.Random(window.mask), self._job)

    def cached(self, clip: Clip) -> NDArray[np.float16]:
        """Features of a whole unchanged clip, mapped into memory; made now if nobody has yet."""
        name = f"{CACHE} {clip.sha256} {clip.start} {clip.end} {self._bands}"
        path = self._cache / f"{hashlib.sha256(name.encode()).hexdigest()}.npy"
        try:
            found: NDArray[np.float16] = np.load(path, mmap_mode="r", allow_pickle=False)
            if found.ndim == 2 and found.shape[0] == self._bands and found.dtype == np.float16:
                return found
        except (OSError, ValueError):
            pass  # not there, or torn by a power cut
        mel = self._mel(waveform(clip))
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as file:
                np.save(file, mel)
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)  # a full disk only costs time here
        return mel

    def _mel(self, audio: NDArray[np.float32]) -> NDArray[np.float16]:
        """As the recogniser hears it: quiet speech raised, then zero samples behind (see `to_window`)."""
        return log_mel(audible(audio), self._bands).astype(np.float16)
