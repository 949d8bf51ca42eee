"""The recogniser and the voice of this machine, listening to each other on one processor core.

Fifty sentences that no starter model was trained on are spoken by the voice and heard by the recogniser. How
many of the words come back right says as much about the voice as about the recogniser. Then what short windows are
worth: how much sooner a turn of three seconds is heard than with faster-whisper's own `transcribe`
(core.bench.turns), and whether anything is lost by them (core.bench.windows).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.bench import turns, windows
from core.engine.filters import resample
from core.versions.active import RECOGNISER, Warn, active, load_voice, open_recogniser, quiet
from models.device import Device
from models.evaluation.scoring import interval, total, word_errors
from models.evaluation.spoken import STRICT
from models.units import SAMPLE_RATE
from store.paths import usual_folder
from trainer.contract.folder import DEPLOYED

SENTENCES = Path(__file__).with_name("sentences.txt")
COUNT = 50


def summary(model: str | None = None, count: int = COUNT, warn: Warn = quiet) -> dict[str, object]:
    """Real-time factors on one core (processor seconds per second of speech), the words that came back, how long a
    turn takes in a short window and with faster-whisper's own way, and the words lost by short windows.

    Args:
        model: name of a version or recogniser, or folder of one; the one in use without.
        count: sentences to say.
        warn: takes a sentence where the version in use cannot be, and the one before it is.

    Raises:
        ModelError: there is no such recogniser, or it is damaged.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    device = Device("cpu", 1, "one core, for the benchmark")
    data = usual_folder()
    known = active(data, RECOGNISER, model and place(model), warn)
    recogniser, voice = open_recogniser(known, device), load_voice(data, warn=warn)
    texts = SENTENCES.read_text(encoding="utf-8").split("\n")[:count]
    seconds, heard, spoken, errors, strict = 0.0, 0.0, 0.0, [], []
    said: list[NDArray[np.float32]] = []
    for text in texts:
        began = time.process_time()
        audio = np.concatenate(list(voice.speak(text)))
        spoken += time.process_time() - began
        audio = resample(audio, voice.sample_rate, SAMPLE_RATE)
        began = time.process_time()
        hypothesis = recogniser.recognise(audio)
        heard += time.process_time() - began
        seconds += hypothesis.seconds
        errors.append(word_errors(text, hypothesis.text))
        strict.append(word_errors(text, hypothesis.text, STRICT))
        said.append(audio)
    rate = interval(errors)
    return {
        "recogniser": recogniser.name,
        "real_time_factor": heard / seconds,
        "seconds_a_turn": heard / len(texts),
        "voice": voice.name,
        "voice_real_time_factor": spoken / seconds,
        "words_right": 1 - rate.value,
        "words_right_low": 1 - rate.high,
        "words_right_high": 1 - rate.low,
        "words_right_strict": 1 - total(strict).rate,
        "words": rate.words,
        "sentences": len(texts),
        "speech_seconds": seconds,
        **turns.of_model(known.path, known.name, said, device, known.hears),
        **turns.of_base(said, device),
        **windows.compared(data, known, list(zip(texts, said, strict=True)), device),
    }


def place(model: str) -> str:
    """What somebody named: a name as it is, a folder as an absolute path to what can be heard with."""
    folder = Path(model).expanduser()
    if not folder.is_dir():
        return model
    deployed = folder / DEPLOYED
    return str((deployed if deployed.is_dir() else folder).absolute())
