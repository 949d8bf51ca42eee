"""The recipe of the starter tutor: python -m trainer.starter.tutor.train --out models/starter/tutor

From nothing to tutor.gguf: tokenizer, training on made conversations, export.  Everything follows from the seed; a
run that was stopped goes on from its last checkpoint.  One thread: on two shared cores the barriers of a second one
cost more than it brings.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from trainer.files import replacing
from trainer.starter.tutor.dialogues import TrainingRow, row
from trainer.starter.tutor.export import write_gguf
from trainer.starter.tutor.mistakes import lexicon
from trainer.starter.tutor.model import TinyLlama, Tree, TutorShape, batch_of
from trainer.starter.tutor.slots import moves

START, END, STOP = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
ROWS, LIMIT = 5, 704
PEAK, MATRIX_PEAK, WARM = 3e-3, 0.02, 60


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of the training: what it looks at, and how much each kind of token counts."""

    until: int
    """The step it ends with."""
    reply: float
    listened: float
    """Words of learner sentences that are right: a little of them teaches what Spanish looks like."""
    copied: float
    """Words of a mended sentence that the learner had said."""
    changed: float
    talks: int = 1
    notes: int = 12
    decided: bool = False


STAGES = (
    Stage(600, reply=0.5, listened=0.0, copied=1.0, changed=1.0),  # first copy: without it nothing else is learned
    Stage(1400, reply=0.3, listened=0.15, copied=0.4, changed=4.0),  # then it is the changes that count
    Stage(2600, reply=1.0, listened=0.1, copied=0.4, changed=4.0, talks=3, notes=9, decided=True),
)
CYCLES = ((0, 1400, 1.0), (1400, 2600, 0.7))
"""From, until, and part of the peak rate; each begins warm and ends slow."""


def train_tokenizer(path: Path, seed: int, size: int, rows: int = 1500) -> Tokenizer:
    """Byte-level BPE on the training text and the lexicon; read back when `path` exists, for weights are tied to
    it."""
    if path.exists():
        return Tokenizer.from_file(str(path))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[STOP, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )

    def texts() -> Iterator[str]:
        rng = random.Random(seed)
        for _ in range(rows):
            made = row(rng)
            yield made.system
            yield from (text for branch in made.branches for _, text in branch)
        for words in lexicon().values():
            yield " ".join(words)

    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.save(str(path))
    return tokenizer


def changed(said: str, sentence: str) -> tuple[int, int]:
    """From where to where the mended sentence differs from what was said, in whole words; (0, 0) where it does
    not."""
    if said == sentence:
        return 0, 0
    shorter = min(len(said), len(sentence))
    first = next((i for i in range(shorter) if said[i] != sentence[i]), shorter)
    last = next((i for i in range(shorter - first) if said[-1 - i] != sentence[-1 - i]), shorter - first)
    end = sentence.find(" ", max(first + 1, len(sentence) - last))
    return sentence.rfind(" ", 0, first) + 1, len(sentence) if end < 0 else end


def encode(tokenizer: Tokenizer, made: TrainingRow, stage: Stage) -> list[tuple[list[int], list[float]]]:
    """Each branch from its system prompt on: tokens, and how much each is to be learned."""
    learn = {"assistant": stage.reply, "assistant-note": 1.0, "user-right": stage.listened}

    def message(role: str, text: str, said: str = "") -> tuple[list[int], list[float]]:
        head = tokenizer.encode(f"{START}{role.partition('-')[0]}\n").ids
        body = tokenizer.encode(f"{text}{END}")
        newline = tokenizer.encode("\n").ids
        weights = [learn.get(role, 0.0)] * len(body.ids)
        if role == "assistant-note":
            sentence = json.loads(text)["sentence"]
            begin = text.index(sentence[:1], len('{"sentence":') + 2) if sentence else 0
            low, high = (begin + place for place in changed(said, sentence))
            for i, (start, stop) in enumerate(body.offsets):
                if low < high and stop > low and start < high:
                    weights[i] = stage.changed
                elif stop <= begin + len(sentence):
                    weights[i] = stage.copied
        return head + body.ids + newline, [0.0] * len(head) + weights + [0.0] * len(newline)

    system = message("system", made.system)
    encoded = []
    for branch in made.branches:
        tokens, weights = list(system[0]), list(system[1])
        said = branch[-2][1].rpartition("«")[2].removesuffix("»")
        for role, text in branch:
            more = message(role, text, said)
            tokens += more[0]
            weights += more[1]
        encoded.append((tokens, weights))
    return encoded


def rate(step: int) -> float:
    """Part of the peak rate: up, level, and down over the last two fifths of a cycle."""
    begin, end, peak = next(cycle for cycle in CYCLES if step < cycle[1])
    return peak * max(0.01, min(1.0, (step - begin + 1) / WARM, (end - step) / (0.4 * (end - begin))))


def trees(tokenizer: Tokenizer, seed: int, step: int) -> Sequence[Tree]:
    """The batch of a step, from the seed alone."""
    rng = random.Random(f"{seed}-{step}")
    stage = next(stage for stage in STAGES if step < stage.until)
    rows = [row(rng, stage.talks, stage.notes, stage.decided) for _ in range(ROWS)]
    return [Tree.grow(encode(tokenizer, made, stage), LIMIT) for made in rows]


def train(work: Path, tokenizer: Tokenizer, seed: int) -> TinyLlama:
    """Train, or go on training, to the last stage's end; checkpoints and a log lie in `work`."""
    steps = STAGES[-1].until
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = TinyLlama(TutorShape(vocabulary=tokenizer.get_vocab_size()))
    matrices = [p for name, p in model.named_parameters() if p.dim() > 1 and name.startswith("blk")]
    rest = [p for name, p in model.named_parameters() if p.dim() == 1 or not name.startswith("blk")]
    # Muon for the matrices: copying words from the sentence is learned in half the steps that AdamW takes.
    optimisers = [
        torch.optim.Muon(matrices, lr=MATRIX_PEAK, weight_decay=0.01),
        torch.optim.AdamW(rest, lr=PEAK, betas=(0.9, 0.97), weight_decay=0.0),
    ]
    peaks = (MATRIX_PEAK, PEAK)
    checkpoint, first = work / "checkpoint.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        for optimiser, state in zip(optimisers, saved["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        first = saved["step"]
    print(f"{sum(p.numel() for p in model.parameters()):,} weights, from step {first} to {steps}", flush=True)
    seen, since, mean = 0, time.process_time(), 0.0
    for step in range(first, steps):
        for optimiser, peak in zip(optimisers, peaks, strict=True):
            optimiser.param_groups[0]["lr"] = peak * rate(step)
        tokens, positions, mask, places, targets, weights = batch_of(trees(tokenizer, seed, step))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = model(tokens, positions, mask)
            logits = model.logits(hidden.flatten(0, 1)[places])
        losses = F.cross_entropy(logits.float(), targets, reduction="none")
        loss = (losses * weights).sum() / weights.sum()
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
        seen += tokens.numel()
        noted = (losses * (weights == 1.0)).sum().item() / max(1, int((weights == 1.0).sum()))
        mean = noted if step == first else 0.97 * mean + 0.03 * noted
        if (step + 1) % 50 == 0:
            print(
                f"step {step + 1} note loss {mean:.4f} tokens {seen:,} cpu {time.process_time() - since:.0f} s",
                flush=True,
            )
        if (step + 1) % 50 == 0 or step + 1 == steps:
            state = {
                "model": model.state_dict(),
                "optimisers": [o.state_dict() for o in optimisers],
                "step": step + 1,
            }
            with replacing(checkpoint) as part:
                torch.save(state, part)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for tutor.gguf")
    parser.add_argument(
        "--work", type=Path, default=Path("build/tutor"), help="folder for tokenizer and checkpoints"
    )
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(options.work / "tokenizer.json", options.seed, TutorShape().vocabulary)
    model = train(options.work, tokenizer, options.seed)
    write_gguf(options.out / "tutor.gguf", model, tokenizer, moves())


if __name__ == "__main__":
    main()
