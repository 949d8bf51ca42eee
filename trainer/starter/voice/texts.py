"""What the teacher of the starter voice reads aloud.

Everything comes from this folder's data and a seed: sentences for learners, and word salads with invented
words, because a voice must also say what no example holds. Of all these the recipe keeps the few that bring
together most neighbourhoods of sounds.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable

from trainer.starter.voice.data import phonemize
from trainer.synthesis.lexicon import DATA

_FUNCTION = re.findall(
    r"\w+",
    """el la los las un una mi tu su de en a con por para sin sobre y o pero que porque cuando si como me te
    se lo le nos os no ya muy más también siempre hay es son está era fue del al este esta eso aquí yo tú él
    ella""",
)
_ONSETS = re.findall(
    r"\w+",
    "b c d f g h j k l ll m n ñ p qu r rr s t v x y z ch bl br cl cr dr fl fr gl gr pl pr tr gu gü hu hi",
)
_VOWELS = re.findall(r"\w+", "a e i o u ia ie io ua ue uo ai ei oi au eu iu ui")
_CODAS = [""] * 14 + list("nnnsssrrllldzmxcptbg")
_ACCENTS = str.maketrans("aeiou", "áéíóú")


def held_out(count: int = 50, seed: int = 20251) -> list[str]:
    """Sentences that no training text repeats: what the voice is measured on."""
    lines = [line for line in _lines("sentences.txt") if 4 <= len(line.split()) <= 10]
    random.Random(seed).shuffle(lines)
    return lines[:count]


def training_texts(seed: int, count: int = 1300) -> list[str]:
    """`count` single sentences that hold the sounds of Spanish in as many neighbourhoods as may be."""
    rng = random.Random(seed)
    held = set(held_out())
    lexicon = " ".join(_lines("lexicon.txt") + _lines("verb_phrases.txt"))
    words = sorted(set(re.findall(r"[a-záéíóúüñ]{2,}", lexicon.lower())))
    plain = [line for line in _lines("sentences.txt") if line not in held]
    salads = [salad(rng, words) for _ in range(8000)]
    texts = choose(plain, count * 2 // 5, rng) + choose(salads, count - count * 2 // 5, rng)
    rng.shuffle(texts)
    return texts


def _lines(name: str) -> list[str]:
    """Distinct lines of a data file, sorted; no comments."""
    lines = {line.strip() for line in (DATA / name).read_text(encoding="utf-8").splitlines()}
    return sorted(line for line in lines if line and line[0] not in "#[")


def invented(rng: random.Random) -> str:
    """A word that might be Spanish."""
    word = ""
    for _ in range(rng.choice((1, 2, 2, 2, 3, 3, 4))):
        onset, vowel = rng.choice([*_ONSETS, ""]), rng.choice(_VOWELS[:5] * 4 + _VOWELS)
        if onset in ("qu", "gu", "gü"):
            vowel = rng.choice("ei")
        word += onset + vowel + rng.choice(_CODAS)
    if rng.random() < 0.3:
        place = rng.choice([match.start() for match in re.finditer("[aeiou]", word)])
        word = word[:place] + word[place].translate(_ACCENTS) + word[place + 1 :]
    return word


def salad(rng: random.Random, words: list[str]) -> str:
    """One to twelve words in the punctuation of a sentence, of no meaning."""
    kinds = rng.choices("wfi", (65, 25, 10), k=rng.choice((1, 2, 3, 4, 5, 6, 7, 8, 10, 12)))
    parts = [invented(rng) if kind == "i" else rng.choice(words if kind == "w" else _FUNCTION) for kind in kinds]
    for place in range(len(parts) - 1):
        if rng.random() < 0.12:
            parts[place] += rng.choice(",,,,,;:")
    text = " ".join(parts)
    # Learners' texts hold few exclamations, and some readers leave full stops out: both are made up for here.
    opening, closing = rng.choice((("", "."), ("", "."), ("", ""), ("¿", "?"), ("¡", "!")))
    return f"{opening}{text[0].upper()}{text[1:]}{closing}"


def choose(pool: Iterable[str], count: int, rng: random.Random) -> list[str]:
    """Of `pool` the sentences with most unseen triples of symbols for their length."""
    ready: list[tuple[str, set[tuple[str, ...]]]] = []
    for text in pool:
        sentences = phonemize(text)
        if len(sentences) == 1 and 2 <= len(sentences[0]) <= 120:
            symbols = [symbol for symbol in ["^", *sentences[0], "$"] if symbol not in "ˈˌ"]
            ready.append((text, set(zip(symbols, symbols[1:], symbols[2:], strict=False))))
    seen: Counter[tuple[str, ...]] = Counter()
    chosen: list[str] = []
    while len(chosen) < count and ready:
        # The best of a random handful: nearly the best of all in coverage, and more like plain text.
        handful = rng.sample(range(len(ready)), min(30, len(ready)))
        gains = [
            sum(1.0 / (1 + seen[triple]) ** 2 for triple in ready[place][1]) / (8 + len(ready[place][1]))
            for place in handful
        ]
        best = handful[gains.index(max(gains))]
        text, triples = ready[best]
        ready[best] = ready[-1]
        ready.pop()
        seen.update(triples)
        chosen.append(text)
    return chosen
