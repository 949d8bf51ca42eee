"""A quick look at what a model hears in mid-training: greedy, in short windows, without a beam.

The figures that count are those of the deployed model through the app's own recogniser; these only say
which checkpoint is better than which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.evaluation.scoring import Errors, character_errors, interval, total, word_errors
from models.evaluation.spoken import RULE, STRICT
from models.units import HOP
from models.whisper.windows import frames_for
from trainer.features import to_window
from trainer.labels import Labels
from trainer.windows import window

TOKENS_A_SECOND = 30
TOGETHER = 16
"""Clips decoded at once."""


@dataclass(frozen=True)
class DevErrors:
    """What a model heard in the dev split, and its errors, clip by clip."""

    texts: list[str]
    words: list[Errors]
    characters: list[Errors]
    strict: list[Errors]
    """Of the words, where every one that is written otherwise is another."""

    @property
    def rate(self) -> float:
        return total(self.words).rate

    def figures(self) -> dict[str, Any]:
        """For an event: rates with their interval, and the kinds of errors."""
        errors, rate = total(self.words), interval(self.words)
        return {
            "wer": rate.value, "wer_low": rate.low, "wer_high": rate.high, "cer": total(self.characters).rate,
            "sub": errors.sub, "ins": errors.ins, "del": errors.del_, "words": errors.words,
            "clips": len(self.texts), "strict_wer": total(self.strict).rate, "rule": RULE,
        }  # fmt: skip


def hear(
    model: Any,
    labels: Labels,
    clips: Sequence[tuple[str, NDArray[np.float16]]],
    device: torch.device,
    between: Callable[[], None],
) -> DevErrors:
    """What `model` hears in clips given as (reference, features [bands, frames]).

    `between` is called before each batch and may raise, to stop at once.
    """
    texts = [""] * len(clips)
    order = sorted(range(len(clips)), key=lambda number: clips[number][1].shape[1])
    was_training = model.training
    model.eval()
    try:
        for start in range(0, len(order), TOGETHER):
            between()
            group = order[start : start + TOGETHER]
            heard = _greedy(model, labels, [clips[number][1] for number in group], device)
            for number, text in zip(group, heard, strict=True):
                texts[number] = text
    finally:
        model.train(was_training)
    references = [reference for reference, _ in clips]
    return DevErrors(
        texts,
        [word_errors(said, text) for said, text in zip(references, texts, strict=True)],
        [character_errors(said, text) for said, text in zip(references, texts, strict=True)],
        [word_errors(said, text, STRICT) for said, text in zip(references, texts, strict=True)],
    )


def _greedy(model: Any, labels: Labels, features: list[NDArray[np.float16]], device: torch.device) -> list[str]:
    """The likeliest token at each place, without timestamps, until the end or as long as anyone could speak."""
    frames = max(mel.shape[1] for mel in features)
    batch = to_window(features, frames_for(frames * HOP), [False] * len(features)).to(device)
    prompt = [*labels.prompt, labels.no_timestamps]
    given = torch.tensor([prompt] * len(features), device=device)
    found: list[torch.Tensor] = []
    done = torch.zeros(len(features), dtype=torch.bool, device=device)
    limit = min(440 - len(prompt), 20 + frames * TOKENS_A_SECOND // 100)
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model  # without its adapter's wrapper
    with torch.no_grad(), window(inner, batch.shape[2]):
        encoded = inner.get_encoder()(batch)
        past = None
        for _ in range(limit):
            out = model(encoder_outputs=encoded, decoder_input_ids=given, past_key_values=past, use_cache=True)
            past = out.past_key_values
            logits = out.logits[:, -1]
            logits[:, labels.end + 1 :] = -torch.inf  # only text
            following = logits.argmax(-1).masked_fill(done, labels.end)
            found.append(following)
            done |= following == labels.end
            if bool(done.all()):
                break
            given = following[:, None]
    return [labels.words(row) for row in torch.stack(found, 1).tolist()]
