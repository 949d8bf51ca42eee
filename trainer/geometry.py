"""A Whisper of a real one's shape that knows nothing: `python -P -m trainer.geometry base FOLDER`.

How long a network computes depends on its shape and not on what it learnt, so speed can be measured where no real
weights are at hand. A network of random weights would babble until it is cut off, though, and who lets it babble
longer would look slower. So this one says as many tokens of nothing as it is asked to, then ends by itself:
from that position on the decoder's position table points the way of the token that ends a text.

The tokenizer is the starter's. The rows that a real vocabulary has more are there, as costly as any, and silent.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from trainer.contract.folder import DEPLOYED, TRAINABLE
from trainer.export import convert

STARTER = Path(__file__).parents[1] / "models" / "starter" / "recogniser"
NAMES = (TRAINABLE, DEPLOYED)
"""Folders of the two formats, as the starter has them."""
TOKENS = 20
"""Of a turn of three seconds, by default."""
PROMPT = 4
"""Tokens before the first one of the text, where no timestamps are asked for."""


@dataclass(frozen=True)
class Geometry:
    """The shape of a Whisper: widths, layers of encoder and of decoder, attention heads, rows of the vocabulary."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    alignment: tuple[tuple[int, int], ...]
    """Layer and number of the heads that tell when a word is said."""


GEOMETRIES = {
    "tiny": Geometry(384, 4, 6, 1536, 51_865, ((2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5))),
    "base": Geometry(512, 6, 8, 2048, 51_865, ((3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6))),
    "small": Geometry(
        768,
        12,
        12,
        3072,
        51_865,
        ((5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5)),
    ),
}
"""Those of OpenAI's models of these names (arXiv:2212.04356, table 1)."""


def build(geometry: Geometry, tokens: int = TOKENS, seed: int = 1) -> Any:
    """A WhisperForConditionalGeneration of that shape which says `tokens` tokens of text, then ends."""
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    config = WhisperConfig.from_pretrained(
        str(STARTER),
        local_files_only=True,
        d_model=geometry.width,
        encoder_layers=geometry.layers,
        decoder_layers=geometry.layers,
        encoder_attention_heads=geometry.heads,
        decoder_attention_heads=geometry.heads,
        encoder_ffn_dim=geometry.feed_forward,
        decoder_ffn_dim=geometry.feed_forward,
        vocab_size=geometry.vocabulary,
        init_std=0.02,
        dtype="float32",
    )
    torch.manual_seed(seed)
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig.from_pretrained(str(STARTER), local_files_only=True)
    model.generation_config.alignment_heads = [list(head) for head in geometry.alignment]
    with torch.no_grad():
        _made_to_end(model.model.decoder, config.eos_token_id, PROMPT + tokens - 1)
    return model.eval()


def _made_to_end(decoder: Any, end: int, last: int) -> None:
    """Let the decoder say some text at every position before `last`, and `end` there and behind it.

    Logits are products of the final norm's output, about as long as the root of the width, with a token's row.
    So a direction that the position table is full of from `last` on, and that the norm's bias points away from,
    is that of `end` and of nothing else.
    """
    rows, places, norm = decoder.embed_tokens.weight, decoder.embed_positions.weight, decoder.layer_norm
    way = torch.randn(rows.shape[1])
    way = (way - way.mean()) / (way - way.mean()).norm()
    rows[end + 1 :] = 0.0
    rows[:end].normal_(std=0.15)
    rows[end] = 3.0 * way
    places.normal_(std=3.0)  # more than a token says of itself, or it would repeat itself
    places[last:] += 10.0 * rows.shape[1] ** 0.5 * way
    norm.bias.copy_(-6.0 * way)


def write(name: str, folder: Path, tokens: int = TOKENS, formats: tuple[str, ...] = NAMES) -> None:
    """Write such a Whisper into `folder`, to train on and to hear with.

    Args:
        name: one of GEOMETRIES.
        formats: which of NAMES to leave there.

    Raises:
        OSError: a full disk, or a folder that is no place to write to.
    """
    hf, ct2 = (folder / one for one in NAMES)
    folder.mkdir(parents=True, exist_ok=True)
    build(GEOMETRIES[name], tokens).half().save_pretrained(str(hf))
    for path in STARTER.iterdir():
        if path.suffix in (".json", ".txt") and path.name not in ("config.json", "generation_config.json"):
            shutil.copyfile(path, hf / path.name)
    _in_half(hf / "config.json")
    if ct2.name in formats:
        convert(hf, ct2, "int8")
    if hf.name not in formats:
        shutil.rmtree(hf)


def _in_half(path: Path) -> None:
    """Say in a config.json that the weights are of half precision, for whoever merges into them."""
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "dtype": "float16"}, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("geometry", choices=GEOMETRIES)
    parser.add_argument("folder", type=Path, help="where the folders go")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="tokens that it says to everything")
    parser.add_argument("--only", choices=NAMES, help="leave only this one of the two formats there")
    options = parser.parse_args()
    write(options.geometry, options.folder, options.tokens, (options.only,) if options.only else NAMES)


if __name__ == "__main__":
    main()
