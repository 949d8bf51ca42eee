"""How strong an adapter should be.

At full strength it often gives up more of what the base knew than it has to; scaling it down is free. It is chosen
on clips that were not trained on, as the app will hear them: converted, with a beam, and in windows in which the
base hears well, so that what is measured is what was learnt. A look in mid-training,
which has none, shows less of what was lost: a beam gains least where a recogniser has become too sure of
itself.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.device import Device
from models.evaluation.scoring import total, word_errors
from models.whisper.recogniser import WhisperRecogniser
from trainer.adapter import set_strength
from trainer.contract.clips import Clip
from trainer.contract.folder import DEPLOYED, TRAINABLE
from trainer.contract.job import Job
from trainer.export import convert, merge
from trainer.manifest import waveform
from trainer.shortest import of_base

STRENGTHS = (1.0, 0.85, 0.7, 0.5, 0.25)
WORSE = 0.005
"""General speech of dev may be heard so much worse than before, in words: half of what the gate allows."""


@dataclass(frozen=True)
class Tried:
    """One strength of the adapter, and how well it hears; 0 stands for the recogniser before."""

    strength: float
    wer: float
    general: float | None
    """Of clips that are not the learner's; None where there are none."""


def choose_strength(hear: Callable[[float], tuple[float, float | None]]) -> tuple[Tried, list[Tried]]:
    """The greatest strength at which others are heard no worse than before; and all that were tried.

    Args:
        hear: error rates at a strength, of the learner's dev clips and of others'.
    """
    tried = [Tried(0.0, *hear(0.0))]
    bearable = (tried[0].general or 0.0) + WORSE
    for strength in STRENGTHS:
        tried.append(Tried(strength, *hear(strength)))
        if (tried[-1].general or 0.0) <= bearable:
            break
    # Where every strength harms, the weakest harms least; the gate will have its say.
    return tried[-1], tried


class Trial:
    """Hears dev clips with what was trained, at any strength.

    Args:
        model: what was trained; it ends on the processor, otherwise as it was.
        own, others: dev clips of the learner and of other people.
        folder: for the trial's files; gone afterwards.
        between: called before every clip, and may raise to stop.
    """

    def __init__(
        self,
        model: Any,
        job: Job,
        own: Sequence[Clip],
        others: Sequence[Clip],
        folder: Path,
        device: Device,
        between: Callable[[], None],
    ) -> None:
        self._model, self._job, self._own, self._others = model, job, own, others
        self._folder, self._device, self._between = folder, device, between

    def __call__(self, strength: float) -> tuple[float, float | None]:
        """Error rates at a strength. Raises what merging, converting and loading raise."""
        try:
            if strength or not self._job.before:
                folder, hears = self._converted(strength), of_base(self._job)
                recogniser = WhisperRecogniser(folder, "trial", self._device, hears)
            else:
                folder = Path(self._job.before)
                recogniser = WhisperRecogniser(folder, "trial", self._device, self._job.before_hears)
            own, others = (self._rate(recogniser, clips) for clips in (self._own, self._others))
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        return own or 0.0, others

    def _converted(self, strength: float) -> Path:
        trial = copy.deepcopy(self._model.cpu())  # merging uses it up, and undoing it would leave other bits
        set_strength(trial, strength)
        hf, ct2 = self._folder / TRAINABLE, self._folder / DEPLOYED
        merge(trial, self._job.base, hf)
        convert(hf, ct2, self._job.quantization)
        return ct2

    def _rate(self, recogniser: WhisperRecogniser, clips: Sequence[Clip]) -> float | None:
        errors = []
        for clip in clips:
            self._between()
            errors.append(word_errors(clip.text, recogniser.recognise(waveform(clip)).text))
        return total(errors).rate if errors else None
