"""The word list that the app vouches by: python -m trainer.starter.tutor.words --out core/conversation/words.txt

Every word of the training text with what it can be, the forms that learners make up with the real one, and the
set-phrase slips.  It is made from this project's own lexicon, conjugation and texts, so it has the project's
licence.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from pathlib import Path

from trainer.starter.tutor.fixed import fixed_rows
from trainer.starter.tutor.mistakes import data_lines, lexicon, regularised, verb_phrases
from trainer.starter.tutor.said import right_sentence
from trainer.starter.tutor.sentences import PLURAL_PEOPLE, SINGULAR_PEOPLE
from trainer.starter.tutor.slots import moves
from trainer.synthesis import sentences
from trainer.synthesis.conjugation import attach, conjugate, gerund, participle
from trainer.synthesis.lexicon import read_lines
from trainer.synthesis.nouns import agree, feminine, plural

HEADER = """# What the feedback vouches by.
# Made by: python -m trainer.starter.tutor.words --out core/conversation/words.txt
# From this project's own word lists; GPL-3.0-or-later, like the project.
# word<TAB>readings: N noun gender number lemma, A adjective gender number lemma,
# V verb lemma tense person (0 yo … 5 ellos),
# I infinitive, G gerund, P person's name gender, C city or country, W any word; ! made-up form, then the real
one; ? one that is a word as well; # ~ a set phrase said wrong, then right, where {day} is any day, and so on.
"""
_TENSES = ("pres", "pret", "imp", "fut", "cond", "subj")


def readings() -> dict[str, set[str]]:
    """Word → its readings."""
    found: dict[str, set[str]] = defaultdict(set)

    def noun(word: str, gender: str, lemma: str = "") -> None:
        found[word.lower()].add(f"N:{gender}:s:{lemma or word}")
        found[plural(word).lower()].add(f"N:{gender}:p:{lemma or word}")

    lex = lexicon()
    for name, words in lex.items():
        kind = name.split()
        for entry in words:
            if kind[0] == "noun" and kind[2] == "p":
                man, woman = entry.split("/")
                noun(man, "m")
                noun(woman, "f", man if woman != man else "")
            elif kind[0] == "noun" and kind[2] in "mf" and " " not in entry and entry != "agua":
                noun(entry, kind[2])
            elif kind[0] == "adj":
                one = feminine(entry) == entry
                for gender in "mf":
                    for many in (False, True):
                        shown = "*" if one else gender
                        found[agree(entry, gender, many).lower()].add(f"A:{shown}:{'p' if many else 's'}:{entry}")
            elif name in ("names m", "names f"):
                found[entry.lower()].add(f"P:{kind[1]}")
            elif name in ("names city", "names country"):
                for part in entry.lower().split():
                    found[part].add("C")
    for text, gender in SINGULAR_PEOPLE:
        noun(text.split()[1], gender)
    for text, gender in PLURAL_PEOPLE:
        found[text.split()[1]].add(f"N:{gender}:p:{text.split()[1]}")
    for entry in data_lines("nouns.txt"):
        word, gender, *plural_only = entry.split()
        if plural_only:
            found[word].add(f"N:{gender}:p:{word}")
        else:
            noun(word, gender)
    more = (
        "favorito bueno malo primero segundo tercero próximo último mismo pasado inteligente amable hablador tinto"
    )
    for entry in (*more.split(), "vegetariano", "divorciado", "separado", "jubilado"):
        for gender in "mf":
            for many in (False, True):
                shown = "*" if feminine(entry) == entry else gender
                found[agree(entry, gender, many)].add(f"A:{shown}:{'p' if many else 's'}:{entry}")
    for word in ["arte", "mar", "azúcar", "internet", "sartén", "radio", "orden", "frente", "margen", "final"]:
        for form in (word, plural(word)):  # of either gender
            found[form] = {tag for tag in found[form] if not tag.startswith("N")} | {"W"}
    verbs = {v.removesuffix("se") for v, _ in verb_phrases()} | {
        "haber",
        "encantar",
        "doler",
        "interesar",
        "molestar",
        "importar",
    }
    verbs |= {
        v.removesuffix("se")
        for n, ws in lex.items()
        if n.startswith(("verb", "gustar"))
        for v in ws
        if " " not in v
    }
    for verb in sorted(v for v in verbs if re.search("[aeií]r$", v)):
        found[verb].add(f"I:{verb}")
        found[gerund(verb)].add(f"G:{verb}")
        for gender in "mf":
            for many in (False, True):
                done = agree(participle(verb), gender, many)
                found[done].add(f"A:{gender}:{'p' if many else 's'}:{participle(verb)}")
        for tense in _TENSES:
            for person, form in enumerate(conjugate(verb, tense)):
                found[form].add(f"V:{verb}:{tense}:{person}")
        for clitic in ("me", "te", "se", "nos", "lo", "la", "los", "las", "le", "les"):
            found[attach(verb, clitic)].add(f"I:{verb}")
    texts = [
        *read_lines("sentences.txt"),
        *data_lines("right.txt"),
        *(q for t in moves().topics.values() for q in (t.greeting, *t.questions)),
        *moves().reactions,
        *(f"{v} {rest}" for v, rest in verb_phrases()),
    ]
    texts += [row[0] for row in fixed_rows()] + [" ".join(ws) for ws in lex.values()]
    rng = random.Random(3)
    texts += [right_sentence(rng) for _ in range(12_000)]
    for word in re.findall(r"[^\W\d_]+", " ".join(texts).lower()):
        found[word].add("W")
    return found


def made_up(known: set[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Forms by the regular rule where there is an irregular one → the real form.

    First those that are no Spanish word, then those that are ("jugo" is juice, "podo" is I prune) and participles,
    which only the words around them give away.
    """
    dictionary = set(sentences.dictionary())
    verbs = {v.removesuffix("se") for v, _ in verb_phrases()}
    verbs |= {
        v.removesuffix("se") for n, ws in lexicon().items() if n.startswith("verb") for v in ws if " " not in v
    }
    certain: dict[str, set[str]] = defaultdict(set)
    doubtful: dict[str, set[str]] = defaultdict(set)
    for verb in sorted(v for v in verbs if re.search("[aeií]r$", v)):
        for tense in ("pres", "pret"):
            for person in range(6):
                form = regularised(verb, tense, person)
                if form and form not in known:
                    (doubtful if form in dictionary else certain)[form].add(conjugate(verb, tense)[person])
        form = verb[:-2] + ("ado" if verb.endswith("ar") else "ido")
        if form != participle(verb) and verb[-3] not in "aeo":
            doubtful[form].add(participle(verb))
    return certain, doubtful


def set_phrases() -> set[tuple[str, str]]:
    """(said, better) of the set-phrase slips, what varies in braces, with at least three words where there are so
    many.

    Those that a rule of the app decides better are left out: purpose (por, para) and where things are.
    """
    pairs = set()
    for right, wrong, low, high, why in fixed_rows():
        if why.startswith("a purpose") or "dónde" in right:
            continue
        r, w = right.split(), wrong.split()
        same = next((i for i, (a, b) in enumerate(zip(r, w, strict=False)) if a != b), min(len(r), len(w)))
        tail = next(
            (i for i, (a, b) in enumerate(zip(r[same:][::-1], w[same:][::-1], strict=False)) if a != b),
            min(len(r), len(w)) - same,
        )
        before, after = min(low, same), min(high, tail)
        while before + after + len(w) - same - tail < (5 if why.startswith("a receiver") else 3):
            if before < same:
                before += 1
            elif after < tail:
                after += 1
            else:
                break
        said = w[same - before : len(w) - tail + after]
        better = r[same - before : len(r) - tail + after]
        if len(said) > 1:
            pairs.add((" ".join(said).lower().strip(",.¿?"), " ".join(better).lower().strip(",.¿?")))
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    words = readings()
    lines = [f"{word}\t{' '.join(sorted(tags))}" for word, tags in sorted(words.items())]
    certain, doubtful = made_up(set(words))
    for mark, forms in (("!", certain), ("?", doubtful)):
        lines += [f"{mark}{form}\t{' '.join(sorted(real))}" for form, real in sorted(forms.items())]
    lines += [f"~{said}\t{better}" for said, better in sorted(set_phrases())]
    options.out.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines")


if __name__ == "__main__":
    main()
