"""Andalusian pronunciation, by rules on espeak's phoneme mnemonics.

An accent the starter recogniser was never taught: the gap between it and the speech it knows is what
retraining on a learner's corrections closes. The traits are those of western Andalusia that most change what
is heard: seseo, s aspirated before consonants and aspirated or lost at the end of words, -ado said -ao, final r
and d lost, the j a breath, final n velar, ll said as y.

A speaker is consistent, not mechanical: what may vary is drawn from `dice`, with the speaker's own habits.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from trainer.synthesis.espeak import Espeak

_CONSONANT = "[bBdDfgQklmnNprRstTxJ]"


@dataclass(frozen=True)
class Habits:
    """How often this speaker does what, as probabilities."""

    lost_final_s: float = 0.6
    """Otherwise the final s is a breath."""
    lost_final_r: float = 0.8
    velar_n: float = 0.7


def andalusian(mnemonics: str, dice: random.Random, habits: Habits) -> str:
    """One clause of espeak mnemonics (words parted by spaces) as an Andalusian says it."""
    return " ".join(_word(word, dice, habits) for word in mnemonics.split())


def _word(word: str, dice: random.Random, habits: Habits) -> str:
    word = word.replace("T", "s")  # seseo
    word = word.replace("l^", "J^").replace("x", "h")
    word = re.sub(r"'aDo(s?)$", r"'ao\1", word)
    word = re.sub(rf"s(?=[',]?{_CONSONANT})", "h", word)
    if word.endswith("s"):
        word = word[:-1] + ("" if dice.random() < habits.lost_final_s else "h")
    if re.search(r"(\*\*|[rR]2?)$", word) and dice.random() < habits.lost_final_r:
        word = re.sub(r"(\*\*|[rR]2?)$", "", word)
    word = re.sub(r"[dD]$", "", word)
    if word.endswith("n") and dice.random() < habits.velar_n:
        word = word[:-1] + "N"
    return word


def phonemes_with_accent(espeak: Espeak, text: str, dice: random.Random, habits: Habits) -> str:
    """`text` as input for `Espeak.say(…, phonemes=True)`: clauses in double brackets, their punctuation behind."""
    spoken = []
    for clause in re.findall(r"[^,.;:!?…]+[,.;:!?…]*", text):
        said = espeak.phonemes_of(clause).replace("||", " ")
        if said.strip():
            mark = re.search(r"[,.;:!?…]", clause)
            spoken.append(f"[[{andalusian(said, dice, habits)}]]{mark.group() if mark else ''}")
    return " ".join(spoken)
