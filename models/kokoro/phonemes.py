"""Spanish text as the tokens that Kokoro reads.

espeak-ng writes the phonemes, inside Piper's library and by Piper's own way in: the state of that library is shared
by the whole process, and whoever takes Piper's way takes turns with its voices and names the language each time.

`vocabulary.json` is the network's own (`vocab` in config.json of hexgrad/Kokoro-82M): a symbol and its number. It
was taught with espeak-ng's phonemes, affricates as one symbol (hexgrad/misaki, espeak.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from models.files import read_json

LONGEST = 510
"""Tokens that the network reads at once, without those at both ends (512 positions of its text encoder)."""
PIECE = 100
"""Tokens beyond which a sentence is cut at its clause marks, some eight seconds of speech: nobody waits for a
paragraph to be computed, and it takes half a gigabyte less memory."""
EDGE = 0
"""The token at both ends."""
NEAREST = {
    "tʃ": "ʧ", "dʒ": "ʤ", "g": "ɡ", "c\u0327": "ç", "ɫ": "l", "ɭ": "l", "ɱ": "m", "ħ": "h", "ɦ": "h", "ʀ": "ʁ",
    "ʍ": "w", "ʏ": "y", "ʉ": "u", "ɵ": "ə", "ɘ": "ə", "ʑ": "ʒ", "ʲ": "",
}  # fmt: skip
"""Symbols of espeak-ng, also of the foreign words it knows, in symbols of the network; others are left out. So
is the glide that espeak-ng hears in "fría": the network knows the symbol, and says "frilla"."""


def sentences(text: str) -> Iterator[list[int]]:
    """Tokens of a text, sentence by sentence, each at most LONGEST long and without those at both ends."""
    vocabulary = symbols()
    for phonemes in _piper().phonemize(_marked(text)):
        sentence = "".join(phonemes)
        for symbol, nearest in NEAREST.items():
            sentence = sentence.replace(symbol, nearest)
        known = "".join(symbol for symbol in sentence if symbol in vocabulary).strip()
        if any(symbol.isalpha() for symbol in known):
            for piece in pieces(known):
                yield [vocabulary[symbol] for symbol in piece]


def pieces(sentence: str) -> list[str]:
    """A sentence of phonemes, cut at clause marks where it is long, and between words where it must be."""
    found = [""]
    for clause in re.split(r"(?<=[,;:—]) ", sentence):
        if len(clause) <= LONGEST:
            _append(found, clause, PIECE)
            continue
        for word in clause.split():
            for start in range(0, len(word), LONGEST):
                _append(found, word[start : start + LONGEST], LONGEST)
    return [piece for piece in found if piece]


@cache
def symbols() -> dict[str, int]:
    """The network's vocabulary."""
    found = read_json(Path(__file__).with_name("vocabulary.json"))
    assert isinstance(found, dict)
    return found


def _append(found: list[str], more: str, longest: int) -> None:
    """Add to the last piece what still fits into it, else begin another one."""
    joined = f"{found[-1]} {more}".strip()
    if len(joined) <= longest:
        found[-1] = joined
    else:
        found.append(more)


def _marked(text: str) -> str:
    """The text with marks that Piper knows: at others espeak-ng ends a clause and the words run together."""
    text = re.sub(r"(\.\.\.|…)[.…\s]*(?=[a-záéíóúñü])", ", ", text)
    text = re.sub(r"(\.\.\.|…)[.…]*", ". ", text)
    return re.sub(r"(?<=\w)\s*(?=[¿¡]\w)", ", ", text)


@cache
def _piper() -> Any:
    """A voice of Piper's without a network: only its way to phonemes is used."""
    from piper import PiperVoice
    from piper.config import PhonemeType, PiperConfig

    config = PiperConfig(0, 1, 1, "es", {}, PhonemeType.ESPEAK)
    return PiperVoice(session=None, config=config)
