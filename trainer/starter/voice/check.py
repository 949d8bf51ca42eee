"""How well a recogniser understands the starter voice, and its teacher on the same sentences.

    python -m trainer.starter.voice.check --recogniser models/starter/recogniser-ct2

No machine can say whether a voice is pleasant; whether its words come across, it can.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.scoring import interval, word_errors
from trainer.starter.voice import data
from trainer.starter.voice.texts import held_out
from trainer.synthesis.lexicon import DATA

Say = Callable[[str], NDArray[np.float32]]
_QUIET = 0.25  # seconds of silence around each sentence


def at_16_khz(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """From the voice's rate to the recogniser's, peaks at 0.7, silence around."""
    count = len(samples) * 16000 // data.SAMPLE_RATE
    spectrum = np.fft.rfft(samples)[: count // 2 + 1]
    moved = np.fft.irfft(spectrum, count) * (count / len(samples))
    quiet = np.zeros(int(_QUIET * 16000))
    return np.concatenate([quiet, 0.7 * moved / max(1e-6, float(np.abs(moved).max())), quiet]).astype(np.float32)


def piper(voice: Path, length_scale: float) -> Say:
    """The voice as piper-tts speaks it; sentences of one text joined without pauses."""
    import onnxruntime
    from piper import PiperVoice, SynthesisConfig

    onnxruntime.set_seed(1)
    loaded = PiperVoice.load(voice)
    settings = SynthesisConfig(length_scale=length_scale)
    return lambda text: np.concatenate([c.audio_float_array for c in loaded.synthesize(text, settings)])


def texts_of(name: str, count: int) -> list[str]:
    """`held`: the sentences held out of the voice's training; else a text file of the data folder."""
    if name == "held":
        return held_out(count)
    lines = (line.strip() for line in (DATA / name).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")][:count]


def main(arguments: list[str] | None = None) -> None:
    """Print word errors, and for the voice the time it took, one line a speaker."""
    parser = argparse.ArgumentParser(prog="python -m trainer.starter.voice.check", description=__doc__)
    parser.add_argument("--recogniser", required=True, help="a CTranslate2 Whisper folder")
    parser.add_argument("--voice", type=Path, default=Path("models/starter/voice/es-starter.onnx"))
    parser.add_argument("--texts", default="held", help="'held' or a file of trainer/synthesis/data")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--pace", type=float, default=1.0, help="length_scale")
    parser.add_argument("--show", action="store_true", help="print what was misheard")
    chosen = parser.parse_args(arguments)
    from faster_whisper import WhisperModel

    recogniser: Any = WhisperModel(chosen.recogniser, device="cpu", compute_type="int8", cpu_threads=1)
    voice = piper(chosen.voice, chosen.pace)
    with tempfile.TemporaryDirectory() as folder:
        espeak = data.teacher(Path(folder))
        speakers: dict[str, Say] = {
            "espeak": lambda text: espeak.say(text)[0],
            "teacher": lambda text: data.teach(espeak, text).samples,
            "voice": voice,
        }
        for name, say in speakers.items():
            blocks, spent, seconds = [], 0.0, 0.0
            for text in texts_of(chosen.texts, chosen.count):
                began = time.process_time()
                samples = say(text)
                spent += time.process_time() - began
                seconds += len(samples) / data.SAMPLE_RATE
                segments, _ = recogniser.transcribe(at_16_khz(samples), language="es", beam_size=5)
                heard = " ".join(segment.text for segment in segments)
                blocks.append(word_errors(text, heard))
                if chosen.show and blocks[-1].count:
                    print(f"    {text} -> {heard.strip()}")
            print(f"{name:8} word errors {interval(blocks)}, {spent / seconds:.3f} CPU-s per second of speech")


if __name__ == "__main__":
    main()
