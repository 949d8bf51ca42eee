"""A learner who does not exist: `python -P -m trainer.synthesis.learner FOLDER`.

One person with a reserved voice and, usually, an accent that the starter recogniser was never taught, who says
sentences that no training text contains, a handful a day. On such speech the whole way can be shown with no
microphone: misheard, corrected, learnt. The folder holds WAV files and `learner.jsonl`, one sentence a line:
{"file", "text", "day", "part": "corrected" or "held-out"}; days of one part have nothing of the other.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.units import SAMPLE_RATE
from trainer.synthesis import speech
from trainer.synthesis.accent import Habits, phonemes_with_accent
from trainer.synthesis.espeak import Espeak
from trainer.synthesis.lexicon import read_lines
from trainer.synthesis.sentences import held_out, normalise

VOICES = ("miguel", "Alicia", "pablo", "linda", "max")
"""The reserved voices that are learners; the others are left to whoever must not sound like one."""
ACCENTS = ("andalusian", "none")
FIRST_DAY = date(2026, 3, 2)
A_DAY = 14
"""Sentences said in one day."""
LEAST_WORDS = 4
ROOM = 0.2
"""How far room, microphone and noise go, 0 (none) to 1: a quiet room and a fair microphone."""


@dataclass(frozen=True)
class LearnerSentence:
    """One sentence of the learner's."""

    text: str
    day: str
    """ISO date."""
    part: str


class Learner:
    """One person: a voice, a pace and habits, the same for the same seed; an accent or none.

    Args:
        voice: one of the reserved ones; "" lets the seed choose.
        accent: one of ACCENTS.
    """

    def __init__(self, espeak: Espeak, seed: int, accent: str = "andalusian", voice: str = "") -> None:
        self.voice = voice or VOICES[seed % len(VOICES)]
        self._espeak, self._seed, self._accent = espeak, seed, accent == "andalusian"
        self._who = speech.evaluation_speaker(random.Random(f"{self.voice} {seed}"), self.voice)

    def say(self, text: str) -> NDArray[np.int16]:
        """`text` in this voice, no two sentences quite alike in pace and pitch: 16-bit samples at 16 kHz."""
        name = f"{self._seed} {text}"
        dice = random.Random(name)
        rate, pitch = round(self._who.rate * dice.uniform(0.92, 1.08)), self._who.pitch + dice.randint(-4, 4)
        said = phonemes_with_accent(self._espeak, text, dice, Habits()) if self._accent else text
        samples, hertz = self._espeak.say(
            said, "es", self._who.variant, rate, pitch, self._who.pitch_range, phonemes=self._accent
        )
        audio = speech.record(samples, hertz, np.random.default_rng(list(name.encode())), ROOM)
        return np.asarray(np.round(audio * 32_767), np.int16)


def reserved() -> list[str]:
    """Sentences that the starter's training text never contains, in a fixed order, none of them twice."""
    lines = {normalise(s): s for s in read_lines("sentences.txt") if held_out(s)}
    # What is left out is too short to say much, or a list of words.
    return [s for s in lines.values() if len(s.split()) >= LEAST_WORDS and 2 * s.count(",") < len(s.split())]


def lines(seed: int, corrected: int, later: int) -> list[LearnerSentence]:
    """What a learner says: `corrected` sentences on some days, `later` others on the days after.

    Raises:
        ValueError: more sentences than are reserved.
    """
    texts = reserved()
    if corrected + later > len(texts):
        raise ValueError(f"Only {len(texts)} sentences are reserved, fewer than {corrected} and {later}.")
    chosen = random.Random(f"learner {seed}").sample(texts, corrected + later)
    first_later = -(-corrected // A_DAY)
    days = [number // A_DAY for number in range(corrected)]
    days += [first_later + number // A_DAY for number in range(later)]
    parts = ["corrected"] * corrected + ["held-out"] * later
    return [
        LearnerSentence(text, (FIRST_DAY + timedelta(days=2 * day)).isoformat(), part)
        for text, day, part in zip(chosen, days, parts, strict=True)
    ]


def write(folder: Path, learner: Learner, said: list[LearnerSentence]) -> float:
    """Speak the lines into a folder; returns seconds of speech. learner.jsonl is written last.

    Raises:
        OSError: the folder cannot be written to.
    """
    import soundfile

    folder.mkdir(parents=True, exist_ok=True)
    rows, samples = [], 0
    for number, line in enumerate(said, start=1):
        pcm, name = learner.say(line.text), f"{number:04d}.wav"
        soundfile.write(folder / name, pcm, SAMPLE_RATE, subtype="PCM_16")
        rows.append({"file": name, "text": line.text, "day": line.day, "part": line.part})
        samples += len(pcm)
    body = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "learner.jsonl").write_text(body, encoding="utf-8")
    return samples / SAMPLE_RATE


def main() -> int:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the files go")
    parser.add_argument("--sentences", type=int, default=80, help="sentences to be corrected")
    parser.add_argument("--held-out", type=int, default=60, help="other sentences, to measure on")
    parser.add_argument("--seed", type=int, default=1, help="of the person and of what they say")
    parser.add_argument("--accent", choices=ACCENTS, default="andalusian")
    parser.add_argument("--voice", choices=VOICES, default="", help="by default the seed chooses")
    options = parser.parse_args()
    try:
        said = lines(options.seed, options.sentences, options.held_out)
        learner = Learner(Espeak(), options.seed, options.accent, options.voice)
        seconds = write(options.folder, learner, said)
    except (ValueError, OSError) as error:
        print(f"{error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    print(f"{len(said)} sentences, {seconds:.0f} s, in the voice of {learner.voice}: {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
