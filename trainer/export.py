"""From the adapter to a version that the app can load: merged, converted, compared.

The merged folder is the base's own, file by file, but for
the weights: libraries that rewrite it leave out or rename what others look for (transformers writes a
nested processor_config.json, from which CTranslate2's users guess 80 mel bands).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.evaluation.scoring import total, word_errors
from models.units import HOP
from models.whisper.windows import frames_for
from trainer.adapter import load_base
from trainer.contract.errors import TrainerError
from trainer.decoding import hear
from trainer.features import to_window
from trainer.files import replacing_folder
from trainer.labels import Labels

FEATURES = "preprocessor_config.json"
COMPARED = 8
"""So many dev clips are heard by the converted model and the merged one."""
UNLIKE = 0.1
"""Their texts may differ in so many words: rounding to 8 bits turns a doubtful word now and then …"""
ENOUGH, FEW_UNLIKE = 50, 0.5
"""… and of fewer than so many words in half: a dozen tells a broken model from a whole one, and no more."""

Clips = Sequence[tuple[str, NDArray[np.float16]]]
"""Reference and features of each."""


class ExportError(TrainerError):
    """A version that does not hear what was trained."""


def merge(model: Any, base: Path, hf: Path) -> None:
    """Put the adapter at its strength into the base's weights and write the folder to train on from.

    Args:
        model: what was trained; used up by it.

    Raises:
        OSError: a full disk; nothing is left behind then.
    """
    merged = model.cpu().merge_and_unload(safe_merge=True)
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    dtype = torch.float16 if "float16" in (config.get("dtype"), config.get("torch_dtype")) else torch.float32
    with replacing_folder(hf) as temporary:
        merged.to(dtype).save_pretrained(str(temporary))
        for path in base.iterdir():
            if path.suffix in (".json", ".txt") and not path.name.startswith("model.safetensors"):
                shutil.copyfile(path, temporary / path.name)


def convert(hf: Path, ct2: Path, quantization: str, part: Path | None = None) -> None:
    """Write the CTranslate2 folder of one in Hugging Face format.

    Args:
        part: its name until it is whole, as of `replacing_folder`.

    Raises:
        OSError: a full disk; nothing is left then.
    """
    from ctranslate2.converters import TransformersConverter
    from transformers import WhisperFeatureExtractor

    copied = ["tokenizer.json", *([FEATURES] if (hf / FEATURES).is_file() else [])]
    converter = TransformersConverter(str(hf), copy_files=copied, low_cpu_mem_usage=True)
    with replacing_folder(ct2, part) as temporary:
        converter.convert(str(temporary), quantization=quantization, force=True)
        if FEATURES not in copied:  # without it, some programs take 80 mel bands for granted
            bands = json.loads((hf / "config.json").read_text(encoding="utf-8"))["num_mel_bins"]
            WhisperFeatureExtractor(feature_size=int(bands)).save_pretrained(str(temporary))


def verify(hf: Path, ct2: Path, labels: Labels, own: Clips, between: Callable[[], None]) -> dict[str, Any]:
    """Compare what the converted model hears with the merged one, both token by token, in the same windows.

    Args:
        own: dev clips of the learner.
        between: called now and then, and may raise to stop.

    Returns:
        What was found.

    Raises:
        ExportError: the converted model hears something else, or lost a setting.
    """
    import ctranslate2

    whisper = ctranslate2.models.Whisper(str(ct2), device="cpu", compute_type="default", intra_threads=1)
    if not whisper.is_multilingual:
        raise ExportError(f"The converted model in {ct2} hears only English", "choose a multilingual base", ct2)
    bands = int(json.loads((hf / "config.json").read_text(encoding="utf-8"))["num_mel_bins"])
    if whisper.n_mels != bands:
        raise ExportError(
            f"The converted model takes {whisper.n_mels} mel bands, not {bands}", "install the base again"
        )
    clips = own[:COMPARED]
    merged = hear(load_base(hf), labels, clips, torch.device("cpu"), between).texts
    prompt = [*labels.prompt, labels.no_timestamps]
    heard = []
    for _, mel in clips:
        between()
        window = to_window([mel], frames_for(mel.shape[1] * HOP), [False]).numpy()
        found = whisper.generate(
            ctranslate2.StorageView.from_array(np.ascontiguousarray(window)), [prompt],
            beam_size=1, suppress_blank=False, suppress_tokens=[],
        )  # fmt: skip
        heard.append(labels.words(found[0].sequences_ids[0]))
    differences = total([word_errors(a, b) for a, b in zip(merged, heard, strict=True)])
    unlike = differences.rate
    if unlike > (UNLIKE if differences.words >= ENOUGH else FEW_UNLIKE):
        raise ExportError(
            f"The converted model differs from the trained one in {unlike:.0%} of the words",
            "choose another quantization",
        )
    return {"clips": len(clips), "unlike": unlike, "compute_type": whisper.compute_type, "bands": bands}
