"""The recogniser and the voice of this machine, listening to each other on one processor core.

Fifty sentences that no starter model was trained on are spoken by the voice and heard by the recogniser. How
many of the words come back right says as much about the voice as about the ear.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from core.engine.filters import resample
from models import catalog
from models.device import Device
from models.recogniser import SAMPLE_RATE
from models.scoring import interval, word_errors

SENTENCES = Path(__file__).with_name("sentences.txt")


def summary() -> dict[str, object]:
    """Real-time factors on one core (processor seconds per second of speech) and the words that came back."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    device = Device("cpu", 1, "one core, for the benchmark")
    recogniser, voice = catalog.load_recogniser(None, device), catalog.load_voice(None)
    texts = SENTENCES.read_text(encoding="utf-8").split("\n")[:50]
    seconds, heard, spoken, errors = 0.0, 0.0, 0.0, []
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
        "words": rate.words,
        "sentences": len(texts),
        "speech_seconds": seconds,
    }
