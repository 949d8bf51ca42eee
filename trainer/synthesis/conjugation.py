"""Spanish verbs for the starter's training text.

The recogniser learns its Spanish from generated sentences, so every verb form it sees has to be right, accents and
spelling changes included.  Regular behaviour is computed; only what cannot be is listed (`irregular`).
"""

from __future__ import annotations

import re
from functools import cache

from trainer.synthesis.irregular import (
    E_I,
    E_IE,
    FAMILY_BASES,
    FAMILY_NOT,
    FUTURE,
    HABER,
    HIATUS,
    IMPERATIVE,
    NO_ZC,
    O_UE,
    PARTICIPLE,
    PRESENT,
    STRONG,
    SUBJUNCTIVE,
    YO,
)

TENSES = ("pres", "pret", "imp", "fut", "cond", "subj", "subjimp")
_ACCENT = str.maketrans("aeiou", "áéíóú")
PLAIN = str.maketrans("áéíóú", "aeiou")
"""Takes the accents off."""


def _family(infinitive: str) -> tuple[str, str]:
    """Split a compound of an irregular verb: mantener is man + tener."""
    for base in FAMILY_BASES:
        prefix = infinitive[: -len(base)]
        if (
            infinitive.endswith(base)
            and prefix
            in {
                "man",
                "ob",
                "con",
                "de",
                "re",
                "sos",
                "entre",
                "contra",
                "pro",
                "inter",
                "su",
                "com",
                "dis",
                "im",
                "ex",
                "o",
                "des",
                "a",
                "atra",
                "prede",
                "pre",
                "sobre",
                "equi",
            }
            and infinitive not in FAMILY_NOT
        ):
            return prefix, base
    return "", infinitive


def _spell(stem: str, ending: str, infinitive: str) -> str:
    """Join a stem and an ending so that the stem keeps its sound."""
    front = ending[0] in "eéií"
    if infinitive.endswith("ar") and front:
        for tail, kept in (("gu", "gü"), ("c", "qu"), ("g", "gu"), ("z", "c")):
            if stem.endswith(tail):
                return stem[: -len(tail)] + kept + ending
    elif not infinitive.endswith("ar") and not front:
        if stem.endswith("gu") and infinitive.endswith("guir"):
            return stem[:-1] + ending
        if stem.endswith("g") and re.search("g[ei]r$", infinitive):
            return stem[:-1] + "j" + ending
        if stem.endswith("c") and re.search("c[ei]r$", infinitive):
            return stem[:-1] + "z" + ending
    return stem + ending


def _last_vowel(stem: str, old: str, new: str) -> str:
    at = stem.rfind(old)
    return stem if at < 0 else stem[:at] + new + stem[at + 1 :]


def _strong_stem(infinitive: str) -> str:
    """The stem of the persons that carry the stress on it: piens-, duerm-, pid-."""
    stem = infinitive[:-2]
    if infinitive in E_IE:
        return _last_vowel(stem, "i" if infinitive == "adquirir" else "e", "ie")
    if infinitive == "jugar":
        return "jueg"
    if infinitive == "avergonzar":
        return "avergüenz"
    if infinitive in O_UE:
        return _last_vowel(stem, "o", "ue")
    if infinitive in E_I:
        return _last_vowel(stem, "e", "i")
    if infinitive in HIATUS:
        if infinitive in ("prohibir", "reunir", "aislar", "aullar"):
            at = max(stem.rfind("i"), stem.rfind("u"))
            return stem[:at] + stem[at].translate(_ACCENT) + stem[at + 1 :]
        return stem[:-1] + stem[-1].translate(_ACCENT)
    if infinitive.endswith("uir") and not infinitive.endswith("guir"):
        return stem + "y"
    return stem


def _weak_stem(infinitive: str) -> str:
    """The stem of the -ir verbs that close their vowel: durmió, pidamos, sintiendo."""
    stem = infinitive[:-2]
    if infinitive[-2:] in ("ir", "ír"):
        if (
            infinitive in E_I
            or (infinitive in E_IE and infinitive != "adquirir")
            or infinitive in ("venir", "decir")
        ):
            return _last_vowel(stem, "e", "i")
        if infinitive in O_UE:
            return _last_vowel(stem, "o", "u")
    if infinitive == "poder":
        return "pud"
    return stem


def _present(verb: str) -> list[str]:
    if verb in PRESENT:
        return PRESENT[verb].split()
    kind = verb[-2].translate(PLAIN)
    endings = {
        "a": ("o", "as", "a", "amos", "áis", "an"),
        "e": ("o", "es", "e", "emos", "éis", "en"),
        "i": ("o", "es", "e", "imos", "ís", "en"),
    }[kind]
    stem, strong = verb[:-2], _strong_stem(verb)
    if verb in ("sonreír",):
        return ["sonrío", "sonríes", "sonríe", "sonreímos", "sonreís", "sonríen"]
    forms = [_spell(strong if i in (0, 1, 2, 5) else stem, e, verb) for i, e in enumerate(endings)]
    if verb in YO:
        forms[0] = YO[verb]
    elif re.search("[aeou]c[ei]r$", verb) and verb not in NO_ZC:
        forms[0] = stem[:-1] + "zco"
    return forms


def _subjunctive(verb: str) -> list[str]:
    if verb in SUBJUNCTIVE:
        return SUBJUNCTIVE[verb].split()
    if verb == "sonreír":
        return ["sonría", "sonrías", "sonría", "sonriamos", "sonriáis", "sonrían"]
    endings = (
        ("e", "es", "e", "emos", "éis", "en") if verb.endswith("ar") else ("a", "as", "a", "amos", "áis", "an")
    )
    yo = _present(verb)[0]
    irregular = verb in YO or (yo.endswith("zco"))
    if irregular or (verb.endswith("uir") and not verb.endswith("guir")):
        return [yo[:-1] + e for e in endings]
    strong, weak = _strong_stem(verb), _weak_stem(verb) if verb != "poder" else "pod"
    return [_spell(strong if i in (0, 1, 2, 5) else weak, e, verb) for i, e in enumerate(endings)]


def _preterite(verb: str) -> list[str]:
    if verb in ("ser", "ir"):
        return ["fui", "fuiste", "fue", "fuimos", "fuisteis", "fueron"]
    if verb in ("dar", "ver"):
        return [verb[0] + e for e in ("i", "iste", "io", "imos", "isteis", "ieron")]
    strong = STRONG.get(verb) or (verb[:-2][:-1] + "j" if verb.endswith("ducir") else "")
    if strong:
        plural = "eron" if strong.endswith("j") else "ieron"
        forms = [strong + e for e in ("e", "iste", "o", "imos", "isteis", plural)]
        if verb == "hacer":
            forms[2] = "hizo"
        return forms
    stem = verb[:-2]
    if verb.endswith("ar"):
        return [_spell(stem, e, verb) for e in ("é", "aste", "ó", "amos", "asteis", "aron")]
    if verb in ("reír", "sonreír", "freír"):
        base = stem[:-1]
        third = base + ("ió" if verb == "sonreír" else "io")  # a monosyllable goes without its accent: rio
        return [stem + "í", stem + "íste", third, stem + "ímos", stem + "ísteis", base + "ieron"]
    if verb.endswith("uir") and not verb.endswith("guir"):
        return [stem + e for e in ("í", "iste", "yó", "imos", "isteis", "yeron")]
    if stem[-1] in "aeo":
        return [stem + e for e in ("í", "íste", "yó", "ímos", "ísteis", "yeron")]
    weak = _weak_stem(verb)
    if weak[-1] in "ñ":
        return [stem + "í", stem + "iste", weak + "ó", stem + "imos", stem + "isteis", weak + "eron"]
    return [stem + "í", stem + "iste", weak + "ió", stem + "imos", stem + "isteis", weak + "ieron"]


def _imperfect(verb: str) -> list[str]:
    if verb == "ser":
        return ["era", "eras", "era", "éramos", "erais", "eran"]
    if verb == "ir":
        return ["iba", "ibas", "iba", "íbamos", "ibais", "iban"]
    stem = verb[:-2] + ("e" if verb == "ver" else "")
    if verb.endswith("ar"):
        return [stem + e for e in ("aba", "abas", "aba", "ábamos", "abais", "aban")]
    return [stem + e for e in ("ía", "ías", "ía", "íamos", "íais", "ían")]


@cache
def conjugate(infinitive: str, tense: str) -> tuple[str, ...]:
    """The six persons of a simple tense (yo, tú, él, nosotros, vosotros, ellos)."""
    prefix, verb = _family(infinitive)
    if tense == "pres":
        forms = _present(verb)
    elif tense == "subj":
        forms = _subjunctive(verb)
    elif tense == "pret":
        forms = _preterite(verb)
    elif tense == "imp":
        forms = _imperfect(verb)
    elif tense == "subjimp":
        root = _preterite(verb)[5].removesuffix("ron")
        forms = [root + e for e in ("ra", "ras", "ra", "", "rais", "ran")]
        forms[3] = root[:-1] + root[-1].translate(_ACCENT) + "ramos"
    elif tense in ("fut", "cond"):
        root = FUTURE.get(verb, verb.translate(PLAIN))
        endings = (
            ("é", "ás", "á", "emos", "éis", "án") if tense == "fut" else ("ía", "ías", "ía", "íamos", "íais", "ían")
        )
        forms = [root + e for e in endings]
    else:
        raise ValueError(f"no such simple tense: {tense}")
    return tuple(prefix + f for f in forms)


def participle(infinitive: str) -> str:
    """The participle: hablado, visto, leído."""
    prefix, verb = _family(infinitive)
    if verb in PARTICIPLE:
        return prefix + PARTICIPLE[verb]
    stem = verb[:-2]
    if verb.endswith("ar"):
        return prefix + stem + "ado"
    return prefix + stem + ("ído" if stem and stem[-1] in "aeo" else "ido")


def gerund(infinitive: str) -> str:
    """The gerund: hablando, durmiendo, leyendo."""
    prefix, verb = _family(infinitive)
    if verb == "ir":
        return "yendo"
    stem = _weak_stem(verb)
    if verb.endswith("ar"):
        return prefix + stem + "ando"
    if verb in ("reír", "sonreír", "freír"):
        return stem[:-1] + "iendo"
    if stem[-1] in "aeo" or (verb.endswith("uir") and not verb.endswith("guir")):
        return prefix + stem + "yendo"
    return prefix + stem + ("endo" if stem[-1] == "ñ" else "iendo")


def perfect(infinitive: str, tense: str = "pres") -> tuple[str, ...]:
    """Compound tenses with haber: he hecho, había dicho, haya venido."""
    return tuple(f"{h} {participle(infinitive)}" for h in HABER[tense])


def imperative(infinitive: str, person: str) -> str:
    """The affirmative command for tú, usted, nosotros, vosotros or ustedes."""
    if person == "vosotros":
        return infinitive[:-1] + "d"
    if person == "tú":
        prefix, verb = _family(infinitive)
        if verb in IMPERATIVE:
            form = IMPERATIVE[verb]
            # A compound is no longer a monosyllable: mantén, propón.
            return form if not prefix else prefix + form.replace("e", "é").replace("o", "ó")
        return conjugate(infinitive, "pres")[2]
    return conjugate(infinitive, "subj")[{"usted": 2, "nosotros": 3, "ustedes": 5}[person]]


def _nuclei(word: str) -> list[tuple[int, int]]:
    """Vowel groups, one per syllable, as (start, end) places in the word."""
    groups: list[tuple[int, int]] = []
    for match in re.finditer("[aeiouáéíóúü]+", word):
        start = match.start()
        if (
            word[start] == "u"
            and start
            and (
                word[start - 1] == "q"
                or (word[start - 1] == "g" and match.end() - start > 1 and word[start + 1] in "eiéí")
            )
        ):
            start += 1
        cut = start
        for i in range(start + 1, match.end()):
            pair = word[i - 1 : i + 1]
            if all(v in "aeoáéóíú" for v in pair):
                groups.append((cut, i))
                cut = i
        groups.append((cut, match.end()))
    return groups


def attach(form: str, clitics: str) -> str:
    """Hang pronouns on an infinitive, gerund or command, with the accent that asks for."""
    if form.endswith("d") and clitics == "os":
        form = form[:-1]
        return (form[:-1] + "í" if form.endswith("i") else form) + "os"
    if form.endswith("mos") and clitics.startswith(("nos", "se")):
        form, whole = form[:-1], form
    else:
        whole = form
    if re.search("[aeo]í|[aeo]ú|í[aeo]|ú[aeo]", form):
        return form + clitics
    groups = _nuclei(whole)
    marked = next((k for k, (a, b) in enumerate(groups) if re.search("[áéíóú]", whole[a:b])), None)
    if marked is None:
        marked = len(groups) - 1 if whole[-1] not in "aeiouns" or len(groups) == 1 else len(groups) - 2
    start, end = groups[marked]
    plain = form.translate(PLAIN)
    joined = plain + clitics
    after = len(_nuclei(joined)) - 1 - marked
    if after < 2:
        return joined
    group = plain[start:end]
    strong = next((k for k, v in enumerate(group) if v in "aeo"), len(group) - 1)
    at = start + strong
    return joined[:at] + joined[at].translate(_ACCENT) + joined[at + 1 :]
