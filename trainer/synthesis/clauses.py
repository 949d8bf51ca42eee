"""Spanish clauses, drawn at random but agreeing.

Sense is not the point: grammatical Spanish with a wide vocabulary is.
"""

from __future__ import annotations

import re

from trainer.synthesis import conjugation as cj
from trainer.synthesis import nouns
from trainer.synthesis.lexicon import pick
from trainer.synthesis.phrases import LEX, SE, Ctx, finite, nonfinite, noun_phrase, person, place, subject

# Verbs of liking that "mucho" goes with; encantar already says it.
_MUCHO = {
    "gustar",
    "interesar",
    "molestar",
    "preocupar",
    "doler",
    "importar",
    "divertir",
    "sorprender",
    "aburrir",
}
_IO = ("me", "te", "le", "nos", "os", "les")
PAST = {"pret": "imp", "imp": "imp", "cond": "cond", "pluperf": "imp", "subjimp": "cond"}


def _agree_tail(c: Ctx, tail: str) -> str:
    if "*" not in tail:
        return tail
    return re.sub(r"\*(\w+)", lambda m: nouns.agree(m[1], c.gender, c.many), tail)


def complement(c: Ctx) -> tuple[str, str, str]:
    """A verb phrase: infinitive, pronouns, tail."""
    rng, verbs = c.rng, LEX.verbs
    roll = rng.random()
    if roll < 0.42:
        verb, tail = pick(rng, LEX.phrases)
        if verb.endswith("lo"):  # pasarlo bien, pensarlo bien
            return verb[:-2], "lo", tail
        return verb, "", _agree_tail(c, tail)
    if roll < 0.52:
        return pick(rng, verbs["thing"]), "", noun_phrase(c, "any")
    if roll < 0.59:
        return pick(rng, verbs["consume"]), "", noun_phrase(c, rng.choice(("food", "food", "drink")))
    if roll < 0.64:
        verb, _, rest = pick(rng, verbs["person"]).partition(" ")
        return verb, "", f"{rest} a {person(c)}".strip()
    if roll < 0.70:
        return pick(rng, verbs["move"]), "", place(c, "a") if rng.random() < 0.8 else place(c, "de")
    if roll < 0.74:
        verb, _, rest = pick(rng, verbs["stay"]).partition(" ")
        return verb, "", f"{rest} {place(c, 'en')}".strip()
    if roll < 0.78:
        verb, _, rest = pick(rng, verbs["intr"]).partition(" ")
        return verb, "", rest
    if roll < 0.81:
        return pick(rng, verbs["manner"]), "", pick(rng, LEX.adverbs["manner"])
    if roll < 0.88:
        pronoun = rng.choice(
            [
                p
                for p in ("lo", "la", "los", "las", "me", "te", "nos", "os")
                if p not in (SE[c.person],)
                and not (p in ("me", "nos") and c.person in (0, 3))
                and not (p in ("te", "os") and c.person in (1, 4))
            ]
        )
        kind = "thing" if pronoun[0] == "l" and rng.random() < 0.5 else "person"
        return pick(rng, [v for v in verbs[kind] if " " not in v]), pronoun, ""
    if roll < 0.94:
        io = rng.choice([p for p in ("me", "te", "le", "nos", "os", "les", "se") if p != SE[c.person] or p == "se"])
        verb = pick(rng, verbs["tell"])
        if io == "se" or rng.random() < 0.4:
            io = "se" if io in ("le", "les") else io
            return verb, f"{io} {rng.choice(('lo', 'lo', 'la', 'los', 'las'))}", ""
        return verb, io, noun_phrase(c, rng.choice(("thing", "abstract", "tech", "culture")))
    if c.depth < 2:
        head = pick(rng, [v for v in verbs["inf"] if not v.startswith("hay")])
        c.depth += 1
        return head, "", infinitive(c)
    return pick(rng, verbs["intr"]), "", ""


def infinitive(c: Ctx, doing: bool = False) -> str:
    """A whole infinitive (or gerund) phrase."""
    verb, clitics, tail = complement(c)
    while doing and verb.split()[0].removesuffix("se") in (
        "estar",
        "ir",
        "ser",
        "poder",
        "tener",
        "saber",
        "deber",
    ):
        verb, clitics, tail = complement(c)
    return f"{nonfinite(verb, c.person, clitics.replace(' ', ''), doing)} {tail}".strip()


def predicate(c: Ctx, tense: str) -> str:
    """A whole verb phrase in a tense, perhaps denied, perhaps with time or manner."""
    rng = c.rng
    roll = rng.random()
    if roll < 0.06 and c.depth < 1 and tense[:4] != "subj":
        c.depth += 1
        inner = Ctx(rng, depth=2)
        if rng.random() < 0.75:
            then = PAST.get(tense) or rng.choice(("pres", "pres", "fut", "perf", "pret"))
            text = f"{finite(pick(rng, LEX.verbs['que']), tense, c.person)} que {clause(inner, then)}"
        else:
            then = "subjimp" if tense in PAST else "subj"
            text = f"{finite(pick(rng, LEX.verbs['quesubj']), tense, c.person)} que {clause(inner, then)}"
    elif roll < 0.12 and tense in ("pres", "imp", "pret"):
        how = {"pres": "estar", "imp": "estar", "pret": "estar"}[tense]
        text = f"{finite(how, tense, c.person)} {infinitive(c, True)}"
    elif roll < 0.2 and tense in ("pres", "imp"):
        text = f"{finite('ir', tense, c.person)} a {infinitive(c)}"
    else:
        verb, clitics, tail = complement(c)
        text = f"{finite(verb, tense, c.person, clitics)} {tail}".strip()
    if c.plain:
        return text
    if not c.nobody and rng.random() < 0.14:
        text = (
            rng.choice(
                (
                    "no",
                    "no",
                    "no",
                    "ya no",
                    "nunca",
                    "también",
                    "todavía no",
                    "ya",
                    "casi siempre",
                    "tampoco",
                    "siempre",
                )
            )
            + " "
            + text
        )
    if rng.random() < 0.2:
        key = {
            "cond": "fut",
            "subj": "fut",
            "pluperf": "pret",
            "subjimp": "fut",
            "subjperf": "perf",
            "condperf": "pret",
            "subjplu": "pret",
        }.get(tense, tense)
        text += " " + pick(rng, LEX.adverbs[key])
    elif rng.random() < 0.05:
        text += " con " + person(c)
    return text


def gustar(c: Ctx, tense: str) -> str:
    """A mi madre le encantan las flores; no me importa esperar."""
    rng = c.rng
    who = rng.choices(range(6), (36, 24, 20, 8, 4, 8))[0]
    verb, _, rest = pick(rng, LEX.other["gustar"]).partition(" ")
    lead = ""
    if who == 2 and rng.random() < 0.7:
        lead = "a " + person(c)
        who = 5 if c.noun_many else 2
    elif rng.random() < 0.25:
        lead = "a " + rng.choice(
            (
                ("mí",),
                ("ti",),
                ("él", "ella", "usted"),
                ("nosotros", "nosotras"),
                ("vosotros", "vosotras"),
                ("ellos", "ellas", "ustedes"),
            )[who]
        )
    no = "no " if rng.random() < 0.25 else ""
    if rest or verb == "costar" or rng.random() < 0.5:
        c.person, many, thing = who, False, infinitive(c)
        if verb in ("doler", "faltar", "sobrar", "bastar"):
            verb = "gustar"
    else:
        kind = (
            "body"
            if verb == "doler"
            else rng.choice(("food", "culture", "nature", "place", "clothes", "abstract", "study"))
        )
        thing = noun_phrase(c, kind, rng.choice(("the", "the", "the", "this")))
        many = c.noun_many
    how = f" {rest}" if rest else " mucho" if verb in _MUCHO and not no and rng.random() < 0.3 else ""
    if rest == "nervioso":
        how = " " + nouns.agree(rest, rng.choice("mf"), who > 2)
    return f"{lead} {no}{_IO[who]} {finite(verb, tense, 5 if many else 2)}{how} {thing}".strip()


def copula(c: Ctx, tense: str) -> str:
    """Ser and estar, of people and of things."""
    rng = c.rng
    roll = rng.random()
    no = "no " if rng.random() < 0.12 else ""
    if roll < 0.55:
        who = subject(c)
        no = "" if c.nobody else no
        if roll < 0.2:
            much = rng.choice(("", "", "muy ", "bastante ", "un poco ", "demasiado "))
            what = (
                finite("estar", tense, c.person)
                + f" {much}"
                + nouns.agree(pick(rng, LEX.adjectives["state"]), c.gender, c.many)
            )
        elif roll < 0.4:
            kind = rng.choice(("person", "person", "nation"))
            much = rng.choice(("", "", "muy ", "tan ", "bastante ")) if kind == "person" else ""
            what = (
                finite("ser", tense, c.person)
                + f" {much}"
                + nouns.agree(pick(rng, LEX.adjectives[kind]), c.gender, c.many)
            )
        elif roll < 0.48:
            jobs = [w for w, g in LEX.nouns["job"] if g == c.gender]
            job = pick(rng, jobs)
            what = f"{finite('ser', tense, c.person)} {nouns.plural(job) if c.many else job}"
        else:
            what = f"{finite('estar', tense, c.person)} {place(c, 'en')}"
        return f"{who} {no}{what}".strip()
    kind = rng.choice(
        ("thing", "food", "place", "clothes", "home", "abstract", "study", "culture", "vehicle", "tech")
    )
    thing = noun_phrase(c, kind, rng.choice(("the", "the", "poss", "this")))
    adj = {
        "food": "food",
        "place": "place",
        "abstract": "abstract",
        "study": "abstract",
        "culture": "abstract",
    }.get(kind, rng.choice(("thing", "ser")))
    word = pick(rng, LEX.adjectives[adj])
    verb = (
        "estar"
        if word
        in (
            "roto",
            "abierto",
            "cerrado",
            "lleno",
            "vacío",
            "limpio",
            "sucio",
            "mojado",
            "frito",
            "asado",
            "crudo",
            "quemado",
            "congelado",
            "maduro",
            "rico",
            "caliente",
            "frío",
        )
        else "ser"
    )
    who_is = 5 if c.noun_many else 2
    if roll > 0.93:
        return f"{thing} {no}{finite('estar', tense, who_is)} {pick(rng, LEX.adverbs['place'][:6])}"
    much = rng.choice(("", "muy ", "bastante ", "demasiado ", "más ", "un poco "))
    return f"{thing} {no}{finite(verb, tense, who_is)} {much}{nouns.agree(word, c.noun_gender, c.noun_many)}"


def impersonal(c: Ctx, tense: str) -> str:
    """Weather, hay, and the se that has no doer."""
    rng = c.rng
    roll = rng.random()
    if roll < 0.4:
        verb, tail = rng.choice(
            (
                ("hacer", "frío"),
                ("hacer", "mucho calor"),
                ("hacer", "sol"),
                ("hacer", "buen tiempo"),
                ("hacer", "mucho viento"),
                ("llover", "mucho"),
                ("llover", ""),
                ("nevar", ""),
                ("estar", "nublado"),
                ("hacer", "mal tiempo"),
                ("ser", "tarde"),
                ("ser", "de noche"),
                ("ser", "temprano"),
                ("hacer", "falta paciencia"),
                ("nevar", "en la montaña"),
            )
        )
        return f"{finite(verb, tense, 2)} {tail}".strip()
    if roll < 0.75:
        have = "hay" if tense == "pres" else finite("haber", tense, 2)
        style = rng.choice(("a", "a", "num", "other"))
        thing = noun_phrase(
            c, rng.choice(("place", "thing", "food", "person", "nature", "home", "abstract")), style
        )
        for old, new in (
            ("todos los ", "muchos "),
            ("todas las ", "muchas "),
            ("todo el ", "algún "),
            ("cada ", "más de un "),
            ("toda la ", "alguna "),
            ("el mismo ", "otro "),
            ("la misma ", "otra "),
        ):
            if thing.startswith(old):
                thing = (new if old != "cada " or c.noun_gender == "m" else "más de una ") + thing[len(old) :]
        where = place(c, "en") if rng.random() < 0.6 else ""
        return f"{rng.choice(('', '', 'no ', 'aquí ', 'siempre '))}{have} {thing} {where}"
    verb = pick(rng, [v for v in LEX.verbs["thing"] if " " not in v])
    thing = noun_phrase(c, "any", "bare")
    who = 5 if c.noun_many else 2
    return (
        f"{place(c, 'en')} se {finite(verb, tense, who)} {'el' if c.noun_gender == 'm' else 'la'} {thing}"
        if who == 2
        else (f"se {finite(verb, tense, who)} {thing}")
    )


def clause(c: Ctx, tense: str) -> str:
    """Any finite clause."""
    roll = c.rng.random()
    if roll < 0.68:
        who = subject(c)
        return f"{who} {predicate(c, tense)}".strip()
    if roll < 0.78:
        return gustar(c, tense)
    if roll < 0.93:
        return copula(c, tense)
    return impersonal(c, tense).strip()


def command(c: Ctx, who: str, negative: bool = False) -> str:
    """An order, with its pronouns where they go."""
    c.person = {"tú": 1, "usted": 2, "vosotros": 4, "ustedes": 5, "nosotros": 3}[who]
    verb, clitics, tail = complement(c)
    rest = ""
    if " " in verb:
        verb, _, rest = verb.partition(" ")
    if verb.endswith("se"):
        verb, clitics = verb[:-2], f"{SE[c.person]} {clitics}".strip()
    if verb in ("poder", "deber", "soler"):
        verb = "intentar"
    if negative:
        text = f"no {clitics} {cj.conjugate(verb, 'subj')[c.person]}"
    elif verb == "ir" and who == "nosotros":
        text = cj.attach("vamos", clitics.replace(" ", "")) if clitics else "vamos"
    elif verb == "ir" and who == "vosotros" and clitics:
        text = "idos"
    else:
        form = cj.imperative(verb, who)
        text = cj.attach(form, clitics.replace(" ", "")) if clitics else form
    return re.sub(" +", " ", f"{text} {rest} {tail}").strip()
