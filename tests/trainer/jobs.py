"""Job folders for the trainer's tests: an Andalusian-accented learner whom the starter recogniser mishears.

The learner is one of the reserved voices, so the recogniser has never heard it; the replay clips are spoken by
others, without the accent.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.patience import PATIENCE
from tests.places import ROOT
from trainer.starter.recogniser.evaluation import sentences_of
from trainer.synthesis import speech
from trainer.synthesis.accent import Habits, phonemes_with_accent
from trainer.synthesis.espeak import Espeak
from trainer.synthesis.sentences import corpus

BASE = ROOT / "models" / "starter" / "recogniser"
LEARNER = "miguel"


def speak(espeak: Espeak, text: str, accent: bool, seed: int) -> np.ndarray:
    """`text` as the learner says it, or as somebody without the accent; 16-bit samples at 16 kHz."""
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    if accent:
        who = speech.evaluation_speaker(random.Random(LEARNER), LEARNER)
        said = phonemes_with_accent(espeak, text, dice, Habits())
        samples, rate = espeak.say(said, "es", who.variant, who.rate, who.pitch, who.pitch_range, phonemes=True)
    else:
        who = speech.evaluation_speaker(dice, dice.choice(["f2", "m3", "f4", "m1", "f1", "m6"]))
        samples, rate = espeak.say(text, who.language, who.variant, who.rate, who.pitch, who.pitch_range)
    audio = speech.record(samples, rate, noise, 0.2)
    return np.asarray(np.round(audio * 32_767), np.int16)


def clip(folder: Path, pcm: np.ndarray, text: str, split: str, recording: str, **more: Any) -> dict[str, Any]:
    """A recording on disk and its line of the manifest: the whole of it, one clip."""
    sha256 = hashlib.sha256(pcm.tobytes()).hexdigest()
    path = folder / f"{sha256}.flac"
    soundfile.write(path, pcm, 16_000, subtype="PCM_16")
    return {
        "audio": str(path), "start": 0, "end": len(pcm), "text": text, "words": [], "split": split,
        "speaker": "learner", "recording": recording, "sha256": sha256, "origin": "learner", **more,
    }  # fmt: skip


def learner(folder: Path, train: int, dev: int, replay: int, test: int = 0) -> list[dict[str, Any]]:
    """The manifest of a learner who corrected so many sentences, with audio in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    espeak = Espeak()
    texts = sentences_of("words", train + dev + test)
    splits = ["train"] * train + ["dev"] * dev + ["test"] * test
    rows = [
        clip(folder, speak(espeak, text, True, number), text, split, f"{split}-{number % 3}")
        for number, (text, split) in enumerate(zip(texts, splits, strict=True))
    ]
    for number, text in enumerate(corpus(replay, seed=5, shipped=True)):
        pcm = speak(espeak, text, False, 1000 + number)
        rows.append(clip(folder, pcm, text, "train", f"replay-{number}", origin="replay", speaker="others"))
    return rows


def job(folder: Path, rows: Iterable[dict[str, Any]], **knobs: Any) -> Path:
    """A job folder with these clips and these knobs; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    body = {"version": 1, "base": str(BASE), "device": "cpu", **knobs}
    (folder / "job.json").write_text(json.dumps(body), encoding="utf-8")
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def start(folder: Path, *options: str, launcher: Sequence[str] = (), **environment: str) -> subprocess.Popen[str]:
    """The trainer at work on a job folder, in a process of its own."""
    command = [*(launcher or (sys.executable, "-P", "-m")), "trainer", str(folder), *options]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", **environment},
    )  # fmt: skip


def train(folder: Path, *options: str, **environment: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run the trainer to its end: exit code, events on standard output, standard error."""
    process = start(folder, *options, **environment)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err
