"""From the recipe's checkpoint to what is shipped: `python -m trainer.starter.recogniser.export --work DIR`.

Two folders come out: safetensors in half precision, from which fine-tuning starts, and CTranslate2 in int8,
which the app loads. Both carry the same tokenizer and generation settings.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch

from models.whisper import windows
from trainer.contract.folder import DEPLOYED, TRAINABLE
from trainer.files import write_json
from trainer.starter.recogniser.tokens import Tokens
from trainer.starter.recogniser.train import build

MARGIN = 0.3
"""Seconds of silence behind the speech with which it hears as well as in full windows; measured (see its card)."""
TOKENIZER_FILES = ("tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json")


def export(work: Path, out: Path) -> None:
    """Write `out`/recogniser and `out`/recogniser-ct2 from `work`'s checkpoint and tokenizer."""
    from ctranslate2.converters import TransformersConverter
    from transformers import WhisperFeatureExtractor

    tokens = Tokens(work / "hf")
    model = build(tokens)
    model.load_state_dict(torch.load(work / "checkpoint.pt", weights_only=True)["model"])
    hf, ct2 = out / TRAINABLE, out / DEPLOYED
    for folder in (hf, ct2):
        shutil.rmtree(folder, ignore_errors=True)
    hf.mkdir(parents=True)
    model.half().save_pretrained(hf)
    # The flat preprocessor_config.json is what CTranslate2 and faster-whisper read; the processor's own
    # save_pretrained writes a nested file that neither understands.
    WhisperFeatureExtractor(feature_size=80).save_pretrained(hf)
    for name in TOKENIZER_FILES:
        shutil.copyfile(work / "hf" / name, hf / name)
    TransformersConverter(str(hf), copy_files=["tokenizer.json", "preprocessor_config.json"]).convert(
        str(ct2), quantization="int8"
    )
    write_json(ct2 / windows.NAME, {"v": windows.VERSION, "margin": MARGIN})
    for path in (hf / "tokenizer.json", ct2 / "tokenizer.json"):
        body = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(body, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[3] / "models" / "starter")
    options = parser.parse_args()
    export(options.work, options.out)


if __name__ == "__main__":
    main()
