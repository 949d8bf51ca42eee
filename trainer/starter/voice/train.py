"""The recipe of the starter voice: from nothing to a Piper-format ONNX voice of a few megabytes.

    python -m trainer.starter.voice.train --out models/starter/voice --work SOME_FOLDER

espeak-ng reads about 1,300 texts aloud, the analysis takes its speech apart, a small network learns to
put it together again, and network and synthesiser are written as one graph that piper-tts loads. All of it
runs on one CPU core in some twenty minutes, and twice the same way: seeds, order and threads are fixed. An
interrupted run goes on from its last checkpoint when it is given the same `--work`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import tempfile
import time
import warnings
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from trainer.files import replacing
from trainer.starter.voice import data
from trainer.starter.voice.model import Network, PiperGraph
from trainer.starter.voice.texts import training_texts

SEED = 20251
STEPS, BATCH, RATE = 4500, 10, 2.0e-3
NAME = "es-starter"


def symbol_ids() -> dict[str, list[int]]:
    """Piper's own table of symbols."""
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    return {symbol: list(ids) for symbol, ids in DEFAULT_PHONEME_ID_MAP.items()}


@dataclass(frozen=True)
class Example:
    """An utterance as the network sees it; `paced` is False where its durations are no example."""

    ids: Tensor  # int64 [P]
    frames: Tensor  # int64 [P]
    target: Tensor  # float32 [T, OUTPUTS], not standardised
    paced: bool


def example(utterance: data.AnalysedSentence, paced: bool) -> Example | None:
    """None where a symbol is not in piper's table."""
    table = symbol_ids()
    if any(symbol not in table for symbol in utterance.symbols):
        return None
    target = np.concatenate(
        [utterance.pulse, utterance.noise, utterance.log_f0[:, None], utterance.voiced[:, None]], 1
    )
    ids = torch.tensor([table[symbol][0] for symbol in utterance.symbols])
    return Example(ids, torch.tensor(utterance.frames), torch.tensor(target), paced)


def gather(work: Path) -> list[Example]:
    """Speak and analyse the training texts, or read what an earlier run of the same recipe left in `work`."""
    stored = work / "examples.pt"
    if stored.exists():
        return [Example(*fields) for fields in torch.load(stored)]
    espeak = data.teacher(work)
    texts = training_texts(SEED)
    (work / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    examples: list[Example] = []
    for number, text in enumerate(texts):
        # Every third sentence is said again, slower or faster, so that length_scale finds trodden ground.
        paces = [data.RATE] if number % 3 else [data.RATE, (80, 95, 118, 205)[number // 3 % 4]]
        for pace in paces:
            utterance = data.analyse(espeak, text, pace)
            made = example(utterance, pace == data.RATE) if utterance else None
            if made:
                examples.append(made)
    torch.save([(e.ids, e.frames, e.target, e.paced) for e in examples], stored)
    print(f"{len(examples)} utterances of {len(texts)} texts, {sum(len(e.target) for e in examples)} frames")
    return examples


def batches(examples: list[Example], rng: random.Random) -> list[list[Example]]:
    """One pass over the examples, in batches of like length."""
    order = sorted(examples, key=lambda e: len(e.target) * rng.uniform(0.85, 1.15))
    parts = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    rng.shuffle(parts)
    return parts


def losses(network: Network, batch: list[Example]) -> dict[str, Tensor]:
    """The parts of the loss, each a mean over what it speaks of."""
    lengths = torch.tensor([len(e.ids) for e in batch])
    times = torch.tensor([len(e.target) for e in batch])
    ids = torch.nn.utils.rnn.pad_sequence([e.ids for e in batch], True)
    frames = torch.nn.utils.rnn.pad_sequence([e.frames for e in batch], True)
    target = torch.nn.utils.rnn.pad_sequence([e.target for e in batch], True)
    real = (torch.arange(int(times.max()))[None] < times[:, None]).float()
    edges = frames.cumsum(1)
    now = torch.arange(int(times.max()))[None].repeat(len(batch), 1)
    index = torch.searchsorted(edges, now, right=True).clamp(max=ids.shape[1] - 1)
    codes, length = network.read(ids, lengths)
    with torch.autocast("cpu", torch.bfloat16):
        out = network.draw(codes, index, edges, real).float()
    goal = (target - network.mean) / network.deviation
    error = (out - goal).abs()
    voiced = target[..., -1] * real
    bands = data.PULSE_BANDS
    level = bands + data.NOISE_BANDS
    timed = torch.tensor([[symbol] for symbol in _untimed()])
    paced = torch.tensor([float(e.paced) for e in batch])[:, None] * (
        torch.arange(ids.shape[1])[None] < lengths[:, None]
    )
    paced = paced * (ids[None] != timed[..., None]).all(0)
    return {
        "pulse": (error[..., :bands].mean(-1) * voiced).sum() / voiced.sum(),
        "noise": (error[..., bands:level].mean(-1) * real).sum() / real.sum(),
        "pitch": (error[..., level] * (voiced + 0.05 * real)).sum() / voiced.sum(),
        "voiced": (error[..., level + 1] * real).sum() / real.sum(),
        "time": (
            functional.smooth_l1_loss(length, torch.log1p(frames.float()), reduction="none", beta=0.1) * paced
        ).sum()
        / paced.sum().clamp(min=1),  # a batch may hold none
    }


def _untimed() -> list[int]:
    return [symbol_ids()[symbol][0] for symbol in data.UNTIMED if symbol != "^"]


WEIGHTS = {"pulse": 1.0, "noise": 0.7, "pitch": 0.7, "voiced": 0.4, "time": 1.5}


def standardise(network: Network, examples: list[Example]) -> None:
    """Means and deviations of the targets: of the pulses where there are any, of voicing as it is."""
    everything = torch.cat([e.target for e in examples[::3]])
    spoken = everything[everything[:, -1] > 0]
    bands, level = data.PULSE_BANDS, data.PULSE_BANDS + data.NOISE_BANDS
    mean, deviation = spoken.mean(0), spoken.std(0)
    mean[bands:level], deviation[bands:level] = (
        everything[:, bands:level].mean(0),
        everything[:, bands:level].std(0),
    )
    mean[level + 1], deviation[level + 1] = 0.0, 1.0
    network.mean.copy_(mean)
    network.deviation.copy_(deviation)


def train(examples: list[Example], work: Path, steps: int) -> Network:
    """Learn from all but every fortieth example, which only show how it goes; go on where `work` left off."""
    torch.manual_seed(SEED)
    network = Network(1 + max(ids[0] for ids in symbol_ids().values()))
    held, used = examples[::40], [e for number, e in enumerate(examples) if number % 40]
    standardise(network, used)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=1e-3)
    state = work / "training.pt"
    done = 0
    queue: list[list[Example]] = []
    passes = -1
    average = {name: value.clone() for name, value in network.state_dict().items()}
    if state.exists():
        saved = torch.load(state)
        done, average = saved["done"], saved["average"]
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
    a_pass = -(-len(used) // BATCH)
    began = time.process_time()
    for step in range(done, steps):
        # Chance depends on the step alone, so that an interrupted run ends where an uninterrupted one does.
        torch.manual_seed(SEED + step)
        if step // a_pass != passes:
            passes = step // a_pass
            queue = batches(used, random.Random(SEED + passes))
        progress = step / steps
        rate = RATE * min(1.0, (step + 1) / 60) * (0.5 + 0.5 * math.cos(math.pi * progress)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate
        parts = losses(network, queue[step % a_pass])
        total = torch.stack([WEIGHTS[name] * part for name, part in parts.items()]).sum()
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            keep = min(0.995, 1 - 1 / (step + 2))
            for name, value in network.state_dict().items():
                average[name].mul_(keep).add_(value, alpha=1 - keep)
        if (step + 1) % 100 == 0 or step + 1 == steps:
            now = {"done": step + 1, "network": network.state_dict(), "optimiser": optimiser.state_dict(),
                   "average": average}  # fmt: skip
            with replacing(state) as part:
                torch.save(now, part)
            network.eval()
            with torch.no_grad():
                parts = losses(network, held)
            network.train()
            line = "  ".join(f"{name} {float(part):.4f}" for name, part in parts.items())
            print(f"step {step + 1}  {line}  {time.process_time() - began:.0f} CPU-s", flush=True)
    network.load_state_dict(average)
    network.eval()
    return network


def level(network: Network, examples: list[Example]) -> float:
    """The gain that brings the loudest peaks of some examples to 0.9."""
    synth = PiperGraph(network, _untimed(), 1.0)
    scales = torch.tensor([0.0, 1.0, 0.0])
    with torch.no_grad():
        peaks = [
            float(synth(e.ids[None], torch.tensor([len(e.ids)]), scales)[0].atanh().abs().max()) for e in examples
        ]
    return 0.9 / float(np.quantile(peaks, 0.9))


def export(network: Network, gain: float, out: Path) -> None:
    """Write `es-starter.onnx` and its `.json` into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    table = symbol_ids()
    graph = PiperGraph(network, _untimed(), gain).eval()
    ids = torch.tensor([[1, 0, 20, 0, 27, 0, 24, 0, 14, 0, 2]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's remarks on shapes that are dynamic on purpose
        torch.onnx.export(
            graph,
            (ids, torch.tensor([ids.shape[1]]), torch.tensor([0.667, 1.0, 0.8])),
            str(out / f"{NAME}.onnx"),
            input_names=["input", "input_lengths", "scales"],
            output_names=["output", "frames"],
            dynamic_axes={"input": {1: "symbols"}, "output": {2: "samples"}, "frames": {1: "symbols"}},
            opset_version=17,
            dynamo=False,
        )
    config: dict[str, Any] = {
        "audio": {"sample_rate": data.SAMPLE_RATE, "quality": "low"},
        "espeak": {"voice": "es"},
        "phoneme_type": "espeak",
        "language": {"code": "es_ES", "name_native": "Español", "name_english": "Spanish"},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "num_symbols": 1 + max(ids[0] for ids in table.values()),
        "num_speakers": 1,
        "speaker_id_map": {},
        "phoneme_id_map": table,
        "hop_length": data.HOP,
        "piper_version": "1.8.0",
        "dataset": "espeak-ng (synthetic)",
    }
    (out / f"{NAME}.onnx.json").write_text(
        json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def listen(voice: Path, text: str, wav: Path) -> None:
    """Speak `text` into a WAV file, through piper-tts."""
    from piper import PiperVoice

    with wave.open(str(wav), "wb") as file:
        PiperVoice.load(voice).synthesize_wav(text, file)


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m trainer.starter.voice.train", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--out", type=Path, default=Path("models/starter/voice"), help="folder of the voice")
    parser.add_argument("--work", type=Path, help="folder of checkpoints; a temporary one if not given")
    parser.add_argument("--steps", type=int, default=STEPS, help="training steps (default %(default)s)")
    parser.add_argument("--listen", metavar="TEXT", help="build nothing: speak TEXT with the voice in --out")
    parser.add_argument("--wav", type=Path, default=Path("voice.wav"), help="where --listen writes")
    chosen = parser.parse_args(arguments)
    if chosen.listen is not None:
        listen(chosen.out / f"{NAME}.onnx", chosen.listen, chosen.wav)
        return
    torch.set_num_threads(
        1
    )  # the same sums in the same order on any machine of a kind; and the other core stays free
    with tempfile.TemporaryDirectory() as temporary:
        work: Path = chosen.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        examples = gather(work)
        network = train(examples, work, chosen.steps)
        export(network, level(network, examples[::40]), chosen.out)


if __name__ == "__main__":
    main()
