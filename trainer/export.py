"""From the adapter to a version that the app can load: how strong it should be, merged, converted, compared.

An adapter at full strength often gives up more of what the base knew than it has to; scaling it down is free
and is chosen on clips that were not trained on. The merged folder is the base's own, file by file, but for
the weights: libraries that write it anew leave out or rename what others look for (transformers writes a
nested processor_config.json, from which CTranslate2's users guess 80 mel bands).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.recogniser import HOP
from models.scoring import total, word_errors
from trainer.adapter import load_base
from trainer.checkpoints import arriving
from trainer.data import frames_for
from trainer.decoding import hear
from trainer.errors import TrainerError
from trainer.features import to_window
from trainer.labels import Labels

STRENGTHS = (1.0, 0.75, 0.5, 0.25)
WORSE = 0.01
"""General speech may be heard so much worse than by the base, in words."""
COMPARED = 8
"""So many dev clips are heard by the converted model and the merged one."""
UNLIKE = 0.1
"""Their texts may differ in so many words: rounding to 8 bits turns a doubtful word now and then."""

Clips = Sequence[tuple[str, NDArray[np.float16]]]
"""Reference and features of each."""


class ExportError(TrainerError):
    """A version that does not hear what was trained."""


@dataclass(frozen=True)
class Tried:
    """One strength of the adapter, and how well it hears."""

    strength: float
    wer: float
    general: float | None
    """Of clips that are not the learner's; None where there are none."""


def set_strength(model: Any, strength: float) -> None:
    """Scale the adapter of a peft model: 1 as it was trained, 0 for the base alone."""
    from peft.tuners.lora import LoraLayer

    for module in model.modules():
        if isinstance(module, LoraLayer):
            for name in module.scaling:
                module.set_scale(name, strength)


def choose_strength(
    model: Any, labels: Labels, own: Clips, general: Clips, device: torch.device, between: Callable[[], None]
) -> tuple[Tried, list[Tried]]:
    """The strength that hears the learner best without hearing others worse, set on the model; and all tried.

    Args:
        own: dev clips of the learner.
        general: dev clips of others; without any, only the learner's count.
        between: called now and then, and may raise to stop.
    """
    tried = []
    for strength in (0.0, *STRENGTHS):
        set_strength(model, strength)
        wer = hear(model, labels, own, device, between).rate
        tried.append(Tried(strength, wer, hear(model, labels, general, device, between).rate if general else None))
    base, others = tried[0], tried[1:]
    harmless = [t for t in others if t.general is None or (base.general or 0.0) + WORSE >= t.general]
    # Where every strength harms, the weakest harms least; the gate will have its say.
    best = min(harmless, key=lambda t: (t.wer, -t.strength)) if harmless else others[-1]
    set_strength(model, best.strength)
    return best, tried


def export(
    model: Any,
    base: Path,
    labels: Labels,
    clips: Clips,
    quantization: str,
    folder: Path,
    told: Callable[[str], None],
) -> dict[str, Any]:
    """Merge the adapter at its strength, convert, compare, and only then put the version in its place.

    Args:
        model: the peft model; used up by it.
        clips: to compare with, of dev.
        folder: becomes the version: `recogniser` to train on from, `recogniser-ct2` for the app.
        told: called with the name of each stage.

    Returns:
        What the comparison found.

    Raises:
        ExportError: the converted model hears something else, or lost a setting.
        OSError: a full disk. Nothing is left behind in either case.
    """
    told("merge")
    merged = model.cpu().merge_and_unload(safe_merge=True)
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    dtype = torch.float16 if "float16" in (config.get("dtype"), config.get("torch_dtype")) else torch.float32
    with arriving(folder) as temporary:
        hf, ct2 = temporary / "recogniser", temporary / "recogniser-ct2"
        merged.to(dtype).save_pretrained(str(hf))
        for path in base.iterdir():
            if path.suffix in (".json", ".txt") and not path.name.startswith("model.safetensors"):
                shutil.copyfile(path, hf / path.name)
        told("convert")
        convert(hf, ct2, quantization)
        told("verify")
        return verify(hf, ct2, labels, clips[:COMPARED])


def convert(hf: Path, ct2: Path, quantization: str) -> None:
    """Write the CTranslate2 folder of a merged one."""
    from ctranslate2.converters import TransformersConverter

    copied = ["tokenizer.json", "preprocessor_config.json"]
    TransformersConverter(str(hf), copy_files=copied, low_cpu_mem_usage=True).convert(
        str(ct2), quantization=quantization
    )


def verify(hf: Path, ct2: Path, labels: Labels, clips: Clips) -> dict[str, Any]:
    """Compare what the converted model hears with the merged one, both token by token, in the same windows."""
    import ctranslate2

    whisper = ctranslate2.models.Whisper(str(ct2), device="cpu", compute_type="default", intra_threads=1)
    if not whisper.is_multilingual:
        raise ExportError(f"The converted model in {ct2} hears only English", "choose a multilingual base")
    bands = int(json.loads((hf / "config.json").read_text(encoding="utf-8"))["num_mel_bins"])
    if whisper.n_mels != bands:
        raise ExportError(
            f"The converted model takes {whisper.n_mels} mel bands, not {bands}", "install the base again"
        )
    merged = hear(load_base(hf), labels, clips, torch.device("cpu"), lambda: None).texts
    prompt = [*labels.prompt, labels.no_timestamps]
    heard = []
    for _, mel in clips:
        window = to_window([mel], frames_for(mel.shape[1] * HOP), [False]).numpy()
        found = whisper.generate(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(window)), [prompt],
            beam_size=1, suppress_blank=False, suppress_tokens=[],
        )  # fmt: skip
        heard.append(labels.words(found[0].sequences_ids[0]))
    unlike = total([word_errors(a, b) for a, b in zip(merged, heard, strict=True)]).rate
    if unlike > UNLIKE:
        raise ExportError(
            f"The converted model differs from the trained one in {unlike:.0%} of the words",
            "choose another quantization",
        )
    return {"clips": len(clips), "unlike": unlike, "compute_type": whisper.compute_type, "bands": bands}
