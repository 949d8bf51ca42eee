"""The text that the starter recogniser learns its Spanish from.

A recogniser trained on a few templates learns the templates.  So the text is a
mixture: a wide grammar, things people really say, the example sentences, real
prose, and word salads and pseudo-words that make it listen rather than guess.
Nothing that the evaluation reads may ever be produced here.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from trainer.contract.errors import TrainerError
from trainer.synthesis import conjugation as cj
from trainer.synthesis import grammar, nouns
from trainer.synthesis.irregular import words as table
from trainer.synthesis.lexicon import lexicon, pick, read_lines

WORD_LIST = Path("/usr/share/dict/spanish")
FORTUNES = Path("/usr/share/games/fortunes/es")
MAX_WORDS = 16
EVALUATION = ("free_sentences.txt", "general_sentences.txt", "others.txt")
_LETTERS = re.compile(r"[^a-záéíóúüñ ]+")
_CLEAN = re.compile(r"^[a-záéíóúüñA-ZÁÉÍÓÚÜÑ ,.¿?¡!]+$")
# Prose that a tutor should not repeat; stems, so that their forms go with them.
_STOP = re.compile(
    r"\b(put[ao]|mierd|cojon|coño|polla|follar|joder|jodid|cabr[oó]n|marica|sex|desnud|teta|culo|pene\b|orgasm|virgin"
    r"|maric|zorra|viola|mujer|hembra|esposa|suegra|negr[oa]s?\b|gitan|judí[oa]s?\b|moros?\b|suicid|imbécil|idiota"
    r"|estúpid|gilipoll|mamada|condón|prostit|amante|borrach|nazi|maldit|cornud|erótic|cama\b|pech|caga|mea[rn]?\b"
    r"|ped[oa]s?\b|verga|bragas|capull|subnormal|retrasad|maricón|lesbi|homosex|feminis|machis|solterona|doncella)",
    re.I,
)
# Shouting, foreign words, single consonants and runaway words: not sentences.
_ODD = re.compile(
    rf"(?-i:[A-ZÁÉÍÓÚÑ]{{2}})|[^\s]{{17}}|[kw]|\b(?:if|the|of|and|between|you|is|to|for|[b-df-hj-np-tv-xz])\b|{_STOP.pattern}",
    re.I,
)


class MissingTextError(TrainerError):
    """A text package that the recipe needs is not installed."""


def normalise(text: str) -> str:
    """Lower-case letters and single spaces: what two texts are compared by."""
    return " ".join(_LETTERS.sub(" ", text.lower()).split())


def held_out(sentence: str) -> bool:
    """Whether an example sentence belongs to the tenth that is never trained on."""
    return int(hashlib.sha256(normalise(sentence).encode()).hexdigest()[:8], 16) % 10 == 9


def _tidy(text: str) -> str:
    """Contractions, euphony, spacing and capitals."""
    text = re.sub(r"\s+", " ", text).replace(" ,", ",").strip()
    text = re.sub(r"\b([Aa]) el\b", r"\1l", text)
    text = re.sub(r"\b([Dd]e) el\b", r"\1l", text)
    text = re.sub(r"\by (?=(?:[IiÍí]|[Hh]i)(?![aeoé]))", "e ", text)
    text = re.sub(r"\bo (?=[OoÓó]|[Hh]o)", "u ", text)
    text = re.sub(r"\bcon (mí|ti)\b", r"con\1go", text).replace("conmígo", "conmigo")
    text = re.sub(r" ([.?!])", r"\1", text)
    for at, char in enumerate(text):
        if char.isalpha():
            return text[:at] + char.upper() + text[at + 1 :]
    return text


# --- the parts of the mixture ------------


def _grammar(rng: random.Random) -> str:
    return grammar.fill(rng, rng.choice(grammar.pattern_lines("patterns.txt")))


def _chunks(rng: random.Random) -> str:
    lines = grammar.pattern_lines("chunks.txt")
    text = grammar.fill(rng, rng.choice(lines))
    roll = rng.random()
    if roll < 0.4:
        other = grammar.fill(rng, rng.choice(lines)) if rng.random() < 0.6 else _grammar(rng)
        text = f"{text} {_tidy(other)}"
    elif roll < 0.55:
        opener = pick(rng, lexicon().other["opener"])
        text = re.sub(r"^([¿¡]?)", rf"{opener}, \1", text)
    elif roll < 0.65 and text[-1] in ".?!":
        text = f"{text[:-1]}, {rng.choice(lexicon().names[rng.choice('mf')])}{text[-1]}"
    return text


@lru_cache(maxsize=1)
def _examples() -> list[str]:
    return [line for line in read_lines("sentences.txt") if not held_out(line)]


def _example(rng: random.Random) -> str:
    return rng.choice(_examples())


@lru_cache(maxsize=1)
def dictionary() -> list[str]:
    """The words of Debian's Spanish word list that a sentence may use; MissingTextError without it."""
    try:
        words = WORD_LIST.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        raise MissingTextError(
            f"{WORD_LIST} is missing", "install it with `apt-get install wspanish`", WORD_LIST
        ) from None
    return [w for w in words if re.fullmatch("[a-záéíóúüñ]{2,14}", w)]


_FUNCTION = {
    "D": table("""
    el la los las un una mi tu su este esta ese esa aquel nuestro cada otro mucha poco todos algunas
"""),
    "P": table("""
    de en a con por para sin sobre entre desde hasta hacia según contra durante tras ante
"""),
    "C": table("""
    y o pero que porque cuando si como aunque mientras donde pues ni
"""),
    "L": ["me", "te", "se", "lo", "la", "le", "nos", "os", "los", "las", "les"],
    "A": table("""
    no ya muy más también siempre nunca aquí allí hoy ayer luego bien mal casi solo tan así antes
    después
"""),
    "Q": ["qué", "quién", "cómo", "dónde", "cuándo", "cuánto", "cuál"],
}
_SHAPES = (
    "DNV",
    "DNVDN",
    "LV",
    "LVDN",
    "DNPDN",
    "VPDN",
    "DNVPDN",
    "NV",
    "ADNV",
    "LVPN",
    "DNJ",
    "DNJVN",
    "NCN",
    "VDNJ",
    "DNCDNV",
    "ALVN",
    "PDNLV",
    "DNPNVA",
    "VCV",
    "CDNVDN",
    "NNN",
    "JNV",
    "NJ",
    "N",
    "V",
    "DN",
    "PDN",
    "QVDN",
    "QLV",
    "DNVCLV",
    "NPNPN",
    "ALVDNPDN",
    "DNVXPDN",
    "XVN",
    "NXJ",
    "DNRLV",
    "VXN",
    "NPVDN",
    "DNJPDNVA",
)


@lru_cache(maxsize=1)
def shipped_words() -> list[str]:
    """A fifth of that list, which comes with the project."""
    return read_lines("words.txt")


def _salad_word(rng: random.Random, kind: str, rare: Sequence[str]) -> str:
    words = lexicon()
    if kind in _FUNCTION:
        return rng.choice(_FUNCTION[kind])
    if kind == "X" or rng.random() < 0.45:
        return rng.choice(rare)
    if kind == "V":
        group = rng.choice(("thing", "person", "intr", "tell", "que"))
        verb = rng.choice(words.verbs[group]).split()[0].removesuffix("se")
        roll = rng.random()
        if roll < 0.1:
            return cj.participle(verb)
        if roll < 0.2:
            return cj.gerund(verb)
        if roll < 0.3:
            return cj.attach(
                verb, rng.choice(("lo", "la", "me", "te", "se", "los", "nos", "le", "melo", "selo", "telo"))
            )
        return rng.choice(cj.conjugate(verb, rng.choice(cj.TENSES)))
    if kind == "J":
        base = rng.choice(words.adjectives[rng.choice(list(words.adjectives))])
        return nouns.agree(base, rng.choice("mf"), rng.random() < 0.4)
    if kind == "R":
        return "que"
    noun = rng.choice(words.nouns[rng.choice(list(words.nouns))])[0]
    return nouns.plural(noun) if rng.random() < 0.35 else noun


def _salad(rng: random.Random) -> str:
    return _salad_of(rng, dictionary())


def _shipped_salad(rng: random.Random) -> str:
    return _salad_of(rng, shipped_words())


def _salad_of(rng: random.Random, rare: Sequence[str]) -> str:
    shape = rng.choice(_SHAPES)
    if rng.random() < 0.3:
        shape += rng.choice(_SHAPES)
    text = " ".join(_salad_word(rng, kind, rare) for kind in shape)
    if shape[0] == "Q":
        return f"¿{text}?"
    return text + "."


_ONSETS = table("""
    b c d f g l m n p r s t v z ch ll ñ j br cr dr fr gr pr tr bl cl fl gl pl qu gu h y
""")
_NUCLEI = ["a", "a", "a", "e", "e", "e", "o", "o", "i", "u", "ia", "ie", "io", "ua", "ue", "ai", "ei"]
_CODAS = " . . . . . . n n r r s s l d z".replace(".", "-").split()


def pseudo_word(rng: random.Random) -> str:
    """A word that is not Spanish but could be."""
    word = ""
    count = rng.choice((2, 2, 3, 3, 3, 4))
    for i in range(count):
        onset = rng.choice(_ONSETS) if i or rng.random() < 0.85 else ""
        nucleus = rng.choice(_NUCLEI)
        if onset in ("qu", "gu"):
            nucleus = rng.choice("ei")
        elif onset in ("ñ", "ll", "y", "ch", "h"):
            nucleus = rng.choice("aeo")
        elif onset in ("c", "g") and nucleus[0] in "ei":
            nucleus = nucleus[0]
        elif onset == "z":
            nucleus = rng.choice("aou")
        coda = rng.choice(_CODAS)
        if i + 1 == count and rng.random() < 0.6:
            coda = "-"
        if onset == "r" and i and word[-1] in "aeiou" and rng.random() < 0.3:
            onset = "rr"
        word += onset + nucleus + coda.replace("-", "")
    word = re.sub("n(?=[bp])", "m", word).replace("zs", "s").replace("z" + "e", "ce").replace("z" + "i", "ci")
    word = (
        re.sub(r"(.)\1\1", r"\1", re.sub("([bcdfgjmpstvz])\\1", r"\1", word))
        .replace("lll", "ll")
        .replace("srr", "sr")
    )
    if rng.random() < 0.2 and re.search("[aeiou]$", word):
        word = word[:-1] + word[-1].translate(str.maketrans("aeiou", "áéíóú"))
    return word


def _pseudo(rng: random.Random) -> str:
    words = [pseudo_word(rng) for _ in range(rng.randrange(1, 6))]
    for at in range(0, len(words), 2):
        if rng.random() < 0.5:
            words[at] = f"{rng.choice(_FUNCTION[rng.choice('DPL')])} {words[at]}"
    return " ".join(words) + "."


@lru_cache(maxsize=1)
def prose() -> list[str]:
    """Sentences of real prose; the author lines and everything odd fall to the filter."""
    if not FORTUNES.is_dir():
        raise MissingTextError(f"{FORTUNES} is missing", "install it with `apt-get install fortunes-es`", FORTUNES)
    found: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for path in sorted(FORTUNES.glob("*.fortunes")):
        if path.name.startswith(("sex", "feminista", "chistes")):
            continue
        for item in re.split(r"^%\s*$", path.read_text(encoding="utf-8", errors="ignore"), flags=re.M):
            body = re.sub(r"^\s*(--|—|-- ).*$", " ", item, flags=re.M | re.S)
            body = re.sub(r"\x1b\[[0-9;]*m|[«»\"“”()*_]", " ", body)
            body = re.sub(r"\.\.\.|…|[;:]", ".", re.sub(r"\s+", " ", body))
            for sentence in re.split(r"(?<=[.?!])\s+", body):
                sentence = sentence.strip(" ,-")
                count = len(sentence.split())
                counts.update(re.findall("[a-záéíóúüñ]+", sentence))
                if (
                    3 <= count <= 14
                    and _CLEAN.match(sentence)
                    and not _ODD.search(sentence)
                    and _balanced(sentence)
                ):
                    found[sentence if sentence[-1] in ".?!" else sentence + "."] = None
    # Some contributors typed without accents: drop what is mostly written with one (tambien, dia, mas).
    accented = {_unaccented(w): n for w, n in reversed(counts.most_common()) if _unaccented(w) != w}
    wrong = {w for w in counts if accented.get(w, 0) > 3 * counts[w]}
    return [text for text in found if wrong.isdisjoint(re.findall("[a-záéíóúüñ]+", text))]


def _balanced(text: str) -> bool:
    return text.count("¿") == text.count("?") and text.count("¡") == text.count("!")


def _unaccented(word: str) -> str:
    return word.translate(str.maketrans("áéíóú", "aeiou"))


def _real(rng: random.Random) -> str:
    return rng.choice(prose())


Mixture = dict[Callable[[random.Random], str], int]
_WHOLE: Mixture = {_grammar: 35, _chunks: 20, _example: 15, _salad: 15, _pseudo: 5, _real: 10}
_SHIPPED: Mixture = {_grammar: 30, _chunks: 20, _example: 15, _shipped_salad: 25, _pseudo: 10}
"""What needs no package: the proverbs' share goes to what is as unlike the grammar."""


def generate(rng: random.Random, mixture: Mixture) -> str:
    """One sentence of a mixture, whose parts are drawn by their weights."""
    while True:
        part = rng.choices(list(mixture), list(mixture.values()))[0]
        text = _tidy(part(rng))
        count = len(text.split())
        # Long ones are thinned out: the recogniser hears short turns.
        short = count <= 9 or (count <= MAX_WORDS and rng.random() < 1.4 - count / 16)
        if short and _CLEAN.match(text):
            return text


@lru_cache(maxsize=1)
def evaluation_texts() -> frozenset[str]:
    """Normalised texts that training must never see: the hand-written sets and the held-out examples."""
    texts = {normalise(line) for name in EVALUATION for line in read_lines(name)}
    texts.update(normalise(line) for line in read_lines("sentences.txt") if held_out(line))
    return frozenset(texts)


def corpus(count: int, seed: int, exclude: Collection[str] = (), shipped: bool = False) -> Iterator[str]:
    """Distinct training sentences, none of them in ``exclude`` or in an evaluation set.

    With ``shipped`` only of what comes with the project; otherwise two of Debian's packages are needed.
    """
    rng = random.Random(seed)
    seen = set(evaluation_texts()) | {normalise(text) for text in exclude}
    made = tried = 0
    while made < count:
        tried += 1
        if tried > 50 * count + 10_000:
            raise RuntimeError(f"only {made} distinct sentences in {tried} tries")
        text = generate(rng, _SHIPPED if shipped else _WHOLE)
        key = normalise(text)
        if key and key not in seen:
            seen.add(key)
            made += 1
            yield text
