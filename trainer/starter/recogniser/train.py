"""The starter recogniser, from nothing: `python -m trainer.starter.recogniser.train --work DIR`.

A Whisper of 4 million weights that hears synthetic Spanish. What a trial taught, and this recipe keeps:

- A second loss (CTC on characters) teaches the encoder to listen long before the decoder can.
- Muon on the matrices learns from fewer utterances than AdamW; the rest stays with AdamW.
- Utterances never run out: every round speaks new sentences in new voices, and each is seen three or four times.
- Windows are mixed all along, mostly as short as the speech and some as long as thirty seconds, because a
  model is good at the windows it was trained on.
- The learning rate stays level and falls to zero in the last part, so a run can be lengthened.

Two processes of one thread average their gradients; on a shared machine that beats two threads by far.
The working folder holds the tokenizer, checkpoints and log; --resume goes on from the last checkpoint with
fresh rounds. `trainer.starter.recogniser.export` turns the result into what is shipped.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F

from models.evaluation.scoring import total, word_errors
from models.whisper.windows import FULL
from trainer.features import to_window
from trainer.files import replacing
from trainer.starter.recogniser.tokens import Tokens, train_tokenizer
from trainer.synthesis.sentences import corpus
from trainer.synthesis.utterances import Speakers, Utterance
from trainer.windows import window

WIDTH, ENCODER_LAYERS, DECODER_LAYERS, HEADS = 192, 4, 2, 3
NEW_IN_ROUND, SEEN_IN_ROUND, POOL = 2_400, 8_400, 24_000
BATCH_FRAMES = 11_000
"""Feature frames in a batch of short windows; long windows get as many as LONG_BATCHES says."""
LONG_BATCHES = {FULL: 6, FULL // 2: 12}
CHARACTERS = " abcdefghijklmnopqrstuvwxyzáéíóúüñ"
IGNORE = -100
CTC_STEPS = 2_500
"""Over so many steps the weight of the second loss falls from 0.7 to 0.1."""


def build(tokens: Tokens) -> Any:
    """An untrained WhisperForConditionalGeneration."""
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    config = WhisperConfig(
        vocab_size=tokens.size, num_mel_bins=80, d_model=WIDTH,
        encoder_layers=ENCODER_LAYERS, decoder_layers=DECODER_LAYERS,
        encoder_attention_heads=HEADS, decoder_attention_heads=HEADS,
        encoder_ffn_dim=4 * WIDTH, decoder_ffn_dim=4 * WIDTH, init_std=0.03,
        decoder_start_token_id=tokens.start, bos_token_id=tokens.end, eos_token_id=tokens.end,
        pad_token_id=tokens.end, begin_suppress_tokens=[tokens.end], suppress_tokens=[],
        attn_implementation="sdpa",
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    model.generation_config = GenerationConfig(
        **tokens.configuration(), alignment_heads=[[DECODER_LAYERS - 1, head] for head in range(HEADS)]
    )
    return model


def labels(utterance: Utterance, tokens: Tokens, dice: random.Random) -> tuple[list[int], list[int]]:
    """Decoder input and target ids of one utterance; a quarter carries timestamps, as the full Whisper does."""
    text = tokens.text(utterance.text)
    if text and dice.random() < 0.25:
        ends = tokens.first_timestamp + round(utterance.seconds / 0.02)
        text = [tokens.first_timestamp, *text, ends]
        prompt = [tokens.start, tokens.spanish, tokens.transcribe]
    else:
        prompt = [tokens.start, tokens.spanish, tokens.transcribe, tokens.no_timestamps]
    given = [*prompt, *text]
    wanted = [IGNORE] * (len(prompt) - 1) + [*text, tokens.end]
    wanted[0] = tokens.spanish if text else tokens.no_speech
    return given, wanted


def batch_of(
    utterances: list[Utterance], frames: int, tokens: Tokens, dice: random.Random
) -> dict[str, torch.Tensor]:
    """Features [n, 80, frames], decoder input and target [n, longest], characters and their lengths for CTC."""
    pairs = [labels(u, tokens, dice) for u in utterances]
    longest = max(len(given) for given, _ in pairs)
    given = torch.full((len(pairs), longest), tokens.end)
    wanted = torch.full((len(pairs), longest), IGNORE)
    for row, (left, right) in enumerate(pairs):
        given[row, : len(left)] = torch.tensor(left)
        wanted[row, : len(right)] = torch.tensor(right)
    spelled = [[CHARACTERS.index(c) + 1 for c in u.text.lower() if c in CHARACTERS] for u in utterances]
    return {
        "features": to_window([u.features for u in utterances], frames, [dice.random() < 0.25 for _ in utterances]),
        "given": given,
        "wanted": wanted,
        "spelled": torch.tensor([c for line in spelled for c in line], dtype=torch.long),
        "spelled_lengths": torch.tensor([len(line) for line in spelled]),
        "heard_lengths": torch.tensor([min(frames, u.features.shape[1]) // 2 for u in utterances]),
    }


def losses(model: Any, head: nn.Linear, batch: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy of the decoder, and CTC of the encoder, each averaged."""
    frames = batch["features"].shape[2]
    with window(model, frames), torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(input_features=batch["features"], decoder_input_ids=batch["given"], use_cache=False)
        letters = head(output.encoder_last_hidden_state)
    logits = output.logits.float()
    attention = F.cross_entropy(logits.flatten(0, 1), batch["wanted"].flatten(), ignore_index=IGNORE)
    spoken = letters[:, : int(batch["heard_lengths"].max())].float().log_softmax(-1).transpose(0, 1)
    ctc = F.ctc_loss(spoken, batch["spelled"], batch["heard_lengths"], batch["spelled_lengths"], zero_infinity=True)
    return attention, ctc


class Optimisers:
    """Muon for the matrices inside the layers, AdamW for embeddings, convolutions, norms and biases."""

    def __init__(self, model: Any, head: nn.Linear, rate: float) -> None:
        matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and ".layers." in n]
        inside = {id(p) for p in matrices}
        others = [p for p in [*model.parameters(), *head.parameters()] if id(p) not in inside and p.requires_grad]
        self.all: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW(others, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        ]
        self.parameters = [*matrices, *others]
        self.rates = (rate, 0.6 * rate)

    def step(self, factor: float) -> float:
        """Clip, step at `factor` of the rate, clear; returns the norm of the gradient."""
        norm = float(nn.utils.clip_grad_norm_(self.parameters, 1.0))
        for optimiser, rate in zip(self.all, self.rates, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * factor
            if math.isfinite(norm):
                optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        return norm


def average_gradients(parameters: list[nn.Parameter]) -> None:
    """All processes end with the mean of their gradients."""
    flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in parameters])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for p, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
        p.grad = part.view_as(p)


def plan(
    pool: list[Utterance], shared: random.Random, own: random.Random, long_share: float
) -> list[tuple[int, list[Utterance]]]:
    """Batches of one round as (frames, utterances).

    `shared` is the same in every process, so that all work on windows of like length at the same time.
    """
    fresh = pool[-NEW_IN_ROUND:]
    chosen = [*fresh, *own.sample(pool, min(len(pool), SEEN_IN_ROUND - len(fresh)))]
    chosen.sort(key=lambda u: u.features.shape[1] + own.random())
    cuts: list[tuple[int, list[Utterance]]] = []
    start = 0
    for low in range(100, 1300, 50):
        group = [u for u in chosen[start:] if u.features.shape[1] <= low]
        start += len(group)
        size = max(4, BATCH_FRAMES // low)
        cuts += [(low, group[i : i + size]) for i in range(0, len(group) - size + 1, size)]
    batches = []
    for frames, group in cuts:
        batches.append((min(FULL, frames + 50 * own.choice([0, 0, 0, 1, 2, 4])), group))
    own.shuffle(batches)
    batches.sort(key=lambda b: b[0] // 200)
    order = list(range(len(batches)))
    shared.shuffle(order)
    batches = [batches[i % len(batches)] for i in order]
    # Long windows are drawn from the whole pool and take the place of no short batch.
    for place in sorted(
        (shared.randrange(len(batches)) for _ in range(int(long_share * len(batches)))), reverse=True
    ):
        frames = shared.choice(list(LONG_BATCHES))
        batches.insert(place, (frames, own.sample(pool, LONG_BATCHES[frames])))
    return batches


def greedy(model: Any, tokens: Tokens, utterances: list[Utterance], frames: int | None = None) -> list[str]:
    """What the model hears, best token by best token; a quick look during training, not the shipped decoding."""
    frames = frames or -(-max(u.features.shape[1] for u in utterances) // 50) * 50 + 50
    features = to_window([u.features for u in utterances], frames, [False] * len(utterances))
    prompt = [tokens.start, tokens.spanish, tokens.transcribe, tokens.no_timestamps]
    ids = torch.tensor([prompt] * len(utterances))
    done = torch.zeros(len(utterances), dtype=torch.bool)
    with torch.no_grad(), window(model, frames), torch.autocast("cpu", dtype=torch.bfloat16):
        encoded = model.get_encoder()(features)
        for _ in range(60):
            logits = model(encoder_outputs=encoded, decoder_input_ids=ids, use_cache=False).logits[:, -1]
            following = logits.argmax(-1).masked_fill(done, tokens.end)
            done |= following == tokens.end
            ids = torch.cat([ids, following[:, None]], 1)
            if bool(done.all()):
                break
    return [tokens.words(row[len(prompt) :].tolist()) for row in ids]


def rate_factor(step: int, steps: int, decay: int) -> float:
    """Warm up over 150 steps, stay level, fall to zero over the last `decay`."""
    return min(1.0, (step + 1) / 150, max(0.0, (steps - step) / decay))


def train(rank: int, options: argparse.Namespace) -> None:
    """One of `options.processes` equal processes; rank 0 writes the log and the checkpoints."""
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", str(options.port))
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=options.processes)
    torch.manual_seed(options.seed)
    work: Path = options.work
    tokens = Tokens(work / "hf")
    model, head = build(tokens), nn.Linear(WIDTH, len(CHARACTERS) + 1)
    optimisers = Optimisers(model, head, options.rate)
    step, number, began, checkpoint = 0, 0, time.monotonic(), work / "checkpoint.pt"
    if options.resume and checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        head.load_state_dict(saved["head"])
        for optimiser, state in zip(optimisers.all, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        step, number = saved["step"], saved["round"]
    speakers = Speakers(work / f"espeak-{rank}", options.seed)
    dev = list(speakers.round(99, 0, 64)) if rank == 0 else []
    pool: list[Utterance] = []
    while step < options.steps:
        pool = [*pool, *speakers.round(rank, number, NEW_IN_ROUND)][-POOL:]
        shared, own = (
            random.Random(f"{options.seed} {number}"),
            random.Random(f"{options.seed} {number} {rank}"),
        )
        falling = step >= options.steps - options.decay
        batches = plan(pool, shared, own, 0.15 if falling else 0.06)
        count = torch.tensor([len(batches)])
        dist.all_reduce(count, op=dist.ReduceOp.MIN)
        sums = np.zeros(3)
        for frames, group in islice(batches, int(count)):
            if step >= options.steps:
                break
            model.train()
            batch = batch_of(group, frames, tokens, own)
            attention, ctc = losses(model, head, batch)
            weight = max(0.1, 0.7 - 0.6 * step / CTC_STEPS)
            ((1 - weight) * attention + weight * ctc).backward()
            average_gradients(optimisers.parameters)
            optimisers.step(rate_factor(step, options.steps, options.decay))
            sums += (attention.item(), ctc.item(), 1)
            step += 1
            if rank == 0 and (step % 100 == 0 or step == options.steps):
                model.eval()
                short = greedy(model, tokens, dev[:48]) if step % 300 == 0 else []
                full = greedy(model, tokens, dev[:12], FULL) if step % 1200 == 0 else []
                report(options, step, began, sums, dev, short, full)
                sums[:] = 0
                keep(checkpoint, model, head, optimisers, step, number + 1)
        number += 1
    dist.destroy_process_group()


def keep(path: Path, model: Any, head: nn.Linear, optimisers: Optimisers, step: int, number: int) -> None:
    """Write a checkpoint, wholly or not at all; `number` is the round with which a resumed run begins."""
    state = {
        "model": model.state_dict(),
        "head": head.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in optimisers.all],
        "step": step,
        "round": number,
    }
    with replacing(path) as part:
        torch.save(state, part)


def report(
    options: argparse.Namespace, step: int, began: float, sums: Any, dev: list[Utterance], *heard: list[str]
) -> None:
    """One JSON line to the log; `heard` is what was understood of `dev` in short and in full windows."""
    line: dict[str, object] = {
        "step": step, "of": options.steps, "minutes": round((time.monotonic() - began) / 60, 1),
        "cpu_s": round(time.process_time()), "attention": round(sums[0] / max(1, sums[2]), 3),
        "ctc": round(sums[1] / max(1, sums[2]), 3),
    }  # fmt: skip
    for name, texts in zip(("dev_wer", "dev_wer_full_window"), heard, strict=True):
        if texts:
            line[name] = round(total([word_errors(u.text, t) for u, t in zip(dev, texts, strict=False)]).rate, 3)
            line["heard"] = [f"{u.text} | {t}" for u, t in zip(dev[:2], texts, strict=False)]
    with (options.work / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="working folder (checkpoints, log, tokenizer)")
    parser.add_argument("--steps", type=int, default=3200)
    parser.add_argument("--decay", type=int, default=1300, help="steps at the end in which the rate falls to zero")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=29511)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if not (options.work / "hf" / "tokenizer.json").exists():
        train_tokenizer(islice(corpus(30_000, seed=options.seed, exclude=()), 30_000), options.work / "hf")
    torch.multiprocessing.spawn(train, args=(options,), nprocs=options.processes)


if __name__ == "__main__":
    main()
