"""How well the starter recogniser hears: `python -m trainer.starter.recogniser.evaluation`.

Everything goes through the app's own recogniser, so these are the figures a user gets.
The voices are the reserved ones, which never spoke in training; the sentences were kept out of its text.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.device import choose
from models.evaluation.scoring import interval, word_errors
from models.whisper.recogniser import WhisperRecogniser
from trainer.contract.folder import DEPLOYED
from trainer.synthesis import speech
from trainer.synthesis.accent import Habits, phonemes_with_accent
from trainer.synthesis.espeak import Espeak
from trainer.synthesis.lexicon import DATA
from trainer.synthesis.sentences import held_out

SEED = 20


@dataclass(frozen=True)
class ReservedClip:
    """`audio` float32 16 kHz mono of `text` said by a reserved `voice`."""

    text: str
    voice: str
    audio: NDArray[np.float32]


def sentences_of(name: str, count: int) -> list[str]:
    """`count` sentences that no training text contains: "words" (of the word list), "free" or "general"."""
    if name == "words":
        every = (DATA / "sentences.txt").read_text(encoding="utf-8").splitlines()
        kept = [s for s in every if held_out(s) and len(s.split()) > 1]
        return random.Random(SEED).sample(kept, count)
    return (DATA / f"{name}_sentences.txt").read_text(encoding="utf-8").split("\n")[:count]


def spoken(espeak: Espeak, texts: Sequence[str], hard: float, accent: bool = False) -> Iterator[ReservedClip]:
    """Each text once, the reserved voices in turn. `hard` is how far room and noise go, 0 (none) to 1."""
    dice, noise = random.Random(SEED), np.random.default_rng(SEED)
    for index, text in enumerate(texts):
        voice = speech.RESERVED_VOICES[index % len(speech.RESERVED_VOICES)]
        who = speech.evaluation_speaker(dice, voice)
        language = "es" if accent else who.language
        said = phonemes_with_accent(espeak, text, dice, Habits()) if accent else text
        samples, rate = espeak.say(
            said, language, who.variant, who.rate, who.pitch, who.pitch_range, phonemes=accent
        )
        yield ReservedClip(text, voice, speech.record(samples, rate, noise, hard))


SETS: dict[str, tuple[str, float, bool]] = {
    "words, clean": ("words", 0.0, False),
    "words, room and noise": ("words", 0.7, False),
    "free, clean": ("free", 0.0, False),
    "free, room and noise": ("free", 0.7, False),
    "words, Andalusian": ("words", 0.0, True),
    "free, Andalusian": ("free", 0.0, True),
}
"""Name → sentences, how far room and noise go, Andalusian accent."""


def evaluate(
    hear: Callable[[NDArray[np.float32]], str], espeak: Espeak, name: str, count: int
) -> dict[str, object]:
    """Word error rate of one set with its 95 % interval over sentences, and some of what was heard."""
    texts, hard, accent = SETS[name]
    clips = list(spoken(espeak, sentences_of(texts, count), hard, accent))
    heard = [hear(clip.audio) for clip in clips]
    errors = [word_errors(clip.text, text) for clip, text in zip(clips, heard, strict=True)]
    rate = interval(errors)
    return {
        "set": name, "wer": rate.value, "wer_low": rate.low, "wer_high": rate.high,
        "sentences": rate.blocks, "words": rate.words, "exact": sum(not e.count for e in errors) / len(clips),
        "examples": [f"{c.text} | {h}" for c, h in zip(clips, heard, strict=True)],
    }  # fmt: skip


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path(__file__).parents[3] / "models/starter" / DEPLOYED)
    parser.add_argument("--count", type=int, default=100, help="sentences in each set")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--examples", action="store_true", help="also print every sentence beside what was heard")
    options = parser.parse_args()
    recogniser, espeak = WhisperRecogniser(options.model.resolve(), options.model.name, choose()), Espeak()
    for name in SETS:
        figures = evaluate(lambda audio: recogniser.recognise(audio).text, espeak, name, options.count)
        examples = figures.pop("examples")
        if options.json:
            print(json.dumps(figures))
        else:
            span = f"[{figures['wer_low']:.1%}, {figures['wer_high']:.1%}]"
            counted = f"n = {figures['sentences']} sentences, {figures['words']} words"
            print(
                f"{name:24} WER {figures['wer']:6.1%} {span}  exact {figures['exact']:.0%}  {counted}", flush=True
            )
        if options.examples:
            print(*(f"    {line}" for line in examples), sep="\n")  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
