"""How well each voice of this machine is understood by a recogniser that did not grow up with it, and its costs.

The sentences are ours: nothing was trained on them, and no voice was chosen or tuned by them. They go to a voice as
a reply of the tutor does, clause by clause, and come back through a recogniser of people's speech. Which words are
lost says something about that recogniser too, but the same for every voice.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.conversation.clauses import ClauseSplitter
from core.engine.filters import resample
from core.engine.speaking import BREATH
from core.versions.active import VOICE, ModelChoice, Warn, check, load_recogniser, models_folder, named, quiet
from models import catalog, kinds
from models.device import Device
from models.errors import ModelError
from models.evaluation.scoring import interval, word_errors
from models.units import SAMPLE_RATE
from models.voice import Voice
from models.whisper.heard import Recogniser
from store.paths import usual_folder

SENTENCES = Path(__file__).with_name("sentences_es.txt")
RECOGNISER = "whisper-base"
"""Small, and of nobody here's making."""
THREADS = 1, 2
TIMED = 20
"""Sentences that are timed with each number of threads."""
WARM_UP = "Hola."
SCORED = "words in lower case without punctuation; accents count"
COLUMNS = "Threads: time to the first sound of a first clause, processor time for a second of speech."


@dataclass(frozen=True)
class Cost:
    """What a voice needs with so many threads: medians and totals over the timed sentences."""

    threads: int
    first_sound_s: float
    """From a first clause to its samples, by the clock."""
    cpu_per_second: float
    """Seconds of the processor for a second of speech."""
    sentences: int


@dataclass(frozen=True)
class Understood:
    """How well a voice is understood, as a word error rate with its 95 % interval, and its costs."""

    voice: str
    wer: float
    wer_low: float
    wer_high: float
    words: int
    sentences: int
    speech_seconds: float
    costs: list[Cost]


def summary(
    voices: Sequence[str] | None = None, recogniser: str | None = None, count: int | None = None, warn: Warn = quiet
) -> dict[str, Any]:
    """The figures of each voice.

    Args:
        voices: NAME or NAME:SPEAKER; every installed voice without.
        recogniser: that listens; Whisper base without.
        count: sentences to say; all without.
        warn: takes a sentence for an installed voice that cannot be used.

    Raises:
        ModelError: the recogniser or a named voice is not there, or cannot be used.
    """
    data = usual_folder()
    texts = SENTENCES.read_text(encoding="utf-8").splitlines()[:count]
    listener = load_recogniser(data, recogniser or RECOGNISER, Device("cpu", 1, "one core, for the benchmark"))
    found = []
    for name in voices or _installed(data):
        try:
            found.append(asdict(_understood(named(data, VOICE, name), listener, texts)))
        except ModelError as error:
            if voices:
                raise
            warn(str(error))
    return {"recogniser": listener.name, "scored": SCORED, "voices": found}


def table(figures: dict[str, Any]) -> str:
    """A line a voice."""
    rows = [["voice", "WER", "n", *(f"{n} thread{'s' * (n > 1)}" for n in THREADS)]]
    for voice in figures["voices"]:
        costs = [f"{one['first_sound_s']:.2f} s, {one['cpu_per_second']:.3f}" for one in voice["costs"]]
        low, high = 100 * voice["wer_low"], 100 * voice["wer_high"]
        wer = f"{100 * voice['wer']:.1f} % [{low:.1f}, {high:.1f}]"
        rows.append([voice["voice"], wer, f"{voice['words']} words", *costs])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    heard = f"Heard by {figures['recogniser']}; {figures['scored']}."
    return "\n".join([heard, COLUMNS, *lines])


def _installed(data: Path) -> list[str]:
    entries = catalog.entries(models_folder(data))
    return [entry.name for entry in entries if entry.part == VOICE and entry.installed]


def _understood(choice: ModelChoice, listener: Recogniser, texts: Sequence[str]) -> Understood:
    """Raises ModelError."""
    path, entry = check(choice), choice.entry
    sounds: list[NDArray[np.float32]] = []
    costs = []
    for threads in THREADS:
        voice = kinds.voice(entry.format).load(path, choice.name, entry.speaker, threads)
        said = texts if not sounds else texts[:TIMED]
        spoken = _spoken(voice, said)
        sounds = sounds or [sound for sound, *_ in spoken]
        timed = spoken[:TIMED]
        seconds = sum(len(sound) for sound, *_ in timed) / SAMPLE_RATE
        first = statistics.median(first for _, first, _ in timed)
        costs.append(Cost(threads, first, sum(cpu for *_, cpu in timed) / seconds, len(timed)))
    heard = [listener.recognise(sound).text for sound in sounds]
    rate = interval([word_errors(text, words) for text, words in zip(texts, heard, strict=True)])
    seconds = sum(map(len, sounds)) / SAMPLE_RATE
    return Understood(choice.name, rate.value, rate.low, rate.high, rate.words, len(texts), seconds, costs)


def _spoken(voice: Voice, texts: Sequence[str]) -> list[tuple[NDArray[np.float32], float, float]]:
    """Of each text the sound at 16 kHz, the seconds to its first samples, and those of the processor for all of it.

    Raises ModelError.
    """
    for _ in voice.speak(WARM_UP):
        pass
    found = []
    breath = np.zeros(int(BREATH * voice.sample_rate), dtype=np.float32)
    for text in texts:
        splitter = ClauseSplitter()
        clauses = [*splitter.feed(text), *splitter.flush()]
        pieces: list[NDArray[np.float32]] = [breath]
        first = 0.0
        wall, cpu = time.perf_counter(), time.process_time()
        for clause in clauses:
            for sound in voice.speak(clause):
                first = first or time.perf_counter() - wall
                pieces += [sound, breath]
        cpu = time.process_time() - cpu
        found.append((resample(np.concatenate(pieces), voice.sample_rate, SAMPLE_RATE), first, cpu))
    return found
