"""The other side: how nearly everybody fine-tunes Whisper.

Hugging Face's Seq2SeqTrainer with what the script of their fine-tuning event says (huggingface/community-events,
whisper-fine-tuning-event, run_speech_recognition_seq2seq_streaming.py and the command in its README): windows of
thirty seconds from WhisperFeatureExtractor, labels from WhisperTokenizer, their collator, AdamW, a linear schedule
with a tenth of warm-up, gradients clipped at 1. The adapter is the same as ours, so that only the recipe differs.

In its favour: features are computed once and kept in memory, not once an epoch; activations are kept instead of
computed twice (the command sets gradient_checkpointing); nothing is evaluated or saved on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
    TrainerCallback,
    WhisperFeatureExtractor,
    WhisperTokenizer,
    set_seed,
)

from models.units import SAMPLE_RATE
from models.whisper.windows import FULL
from trainer.adapter import load_base, save_adapter, trainable, with_adapter
from trainer.bench.measured import Side, Step, Stopwatch
from trainer.bench.plan import BenchPlan
from trainer.contract.clips import Clip
from trainer.contract.folder import ADAPTER
from trainer.contract.job import job_from
from trainer.manifest import waveform
from trainer.optimising import device_of, precision_of


@dataclass
class Collator:
    """Theirs, line for line in what it does: padding masked by the attention mask, a first
    <|startoftranscript|> cut off, since shifting puts one there. It also notes the speech in every batch."""

    extractor: Any
    tokenizer: Any
    start: int
    speech: list[float]

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """The batch of some rows."""
        features = [{"input_features": row["input_features"]} for row in rows]
        batch = dict(self.extractor.pad(features, return_tensors="pt"))
        padded = self.tokenizer.pad([{"input_ids": row["labels"]} for row in rows], return_tensors="pt")
        labels = padded["input_ids"].masked_fill(padded.attention_mask.ne(1), -100)
        if bool((labels[:, 0] == self.start).all()):
            labels = labels[:, 1:]
        self.speech.append(sum(row["seconds"] for row in rows))
        return {**batch, "labels": labels}


class StepTimes(TrainerCallback):
    """What every step cost; a batch is read ahead, so the speech of each is looked up later."""

    def __init__(self) -> None:
        self.laps: list[tuple[float, float]] = []
        self._watch = Stopwatch()

    def on_train_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        self._watch.lap()

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        if args.device.type == "cuda":
            torch.cuda.synchronize()
        self.laps.append(self._watch.lap())


def train(plan: BenchPlan, clips: Iterable[Clip], folder: Path) -> tuple[Side, Path]:
    """Train by the standard recipe; returns what was measured, and the folder of the adapter."""
    job = job_from(plan.knobs(), folder)
    device = device_of(job, 0)
    precision = precision_of(job, device)
    set_seed(plan.seed)
    watch = Stopwatch()
    extractor = WhisperFeatureExtractor.from_pretrained(plan.base, local_files_only=True)
    tokenizer = WhisperTokenizer.from_pretrained(
        plan.base, language="spanish", task="transcribe", local_files_only=True
    )
    rows = [_row(clip, extractor, tokenizer) for clip in clips if clip.split == "train"]
    prepared = watch.lap()
    model = with_adapter(load_base(job.base), job)
    collator = Collator(extractor, tokenizer, model.config.decoder_start_token_id, [])
    timed = StepTimes()
    trainer = Seq2SeqTrainer(
        model=model,
        args=_arguments(plan, folder, device, precision),
        train_dataset=rows,
        data_collator=collator,
        processing_class=extractor,
        callbacks=[timed],
    )
    trainer.train()
    steps = [Step(*lap, speech, FULL) for lap, speech in zip(timed.laps, collator.speech, strict=False)]
    adapter = folder / ADAPTER
    save_adapter(model, adapter)
    side = Side(
        steps[1:] if plan.timed_only else steps,
        *((0.0, 0.0) if plan.timed_only else prepared),
        trainable=sum(p.numel() for p in trainable(model).values()),
        precision=precision,
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
    )
    return side, adapter


def _row(clip: Clip, extractor: Any, tokenizer: Any) -> dict[str, Any]:
    """What the script's `prepare_dataset` makes of a clip."""
    found = extractor(waveform(clip), sampling_rate=SAMPLE_RATE)
    return {
        "input_features": found.input_features[0],
        "labels": tokenizer(clip.text).input_ids,
        "seconds": clip.seconds,
    }


def _arguments(plan: BenchPlan, folder: Path, device: torch.device, precision: str) -> Any:
    return Seq2SeqTrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=plan.batch,
        num_train_epochs=plan.epochs,
        max_steps=plan.steps[0] + 1 if plan.timed_only else -1,
        learning_rate=plan.rate,
        warmup_steps=0.1,  # a share: 500 of 5000 there
        logging_steps=25,
        eval_strategy="no",
        save_strategy="no",
        bf16=precision == "bf16",
        fp16=precision == "fp16",
        use_cpu=device.type == "cpu",
        remove_unused_columns=False,
        label_names=["labels"],
        dataloader_pin_memory=device.type == "cuda",
        report_to="none",
        disable_tqdm=True,
        seed=plan.seed,
        data_seed=plan.seed,
    )
