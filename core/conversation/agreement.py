"""Rules of agreement: verbs with their subjects, articles and adjectives with their nouns, gustar with what is
liked.

Each rule says whether the words around a change prove that it mends a slip.
"""

from __future__ import annotations

from core.conversation.grammar import (
    CLITICS,
    DETERMINERS,
    FEELINGS,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    SETS,
    TIMES,
    VERY,
    Edit,
    head_of,
    subject,
    words,
)
from core.conversation.vocabulary import NUMBER_WORDS, NUMBERS

REFLEXIVE = ("me", "te", "se", "nos", "os", "se")
STRESSED_A = words("agua águila alma arma aula hambre hacha área")
LOOSE = words(
    "sol trist feliz nervios tranquil alt baj clar rápid lent segur borrach loc barat car junt dormid despiert "
    "just medi"
)
ORDINALS = words(
    "próximo próxima próximos próximas último última últimos últimas primera primeros primeras segundo segunda "
    "tercera "
    "mismo misma mismos mismas"
)
INVERTED = words("gustar encantar interesar molestar doler preocupar importar apetecer")


def _verb_agrees(e: Edit) -> bool:
    pair = e.one()
    if not pair:
        return False
    old, new = (e.v.readings(w, "V") for w in pair)
    infinitives = {r.lemma for r in e.v.readings(pair[0], "I")}
    if any(r.lemma in INVERTED for r in new):
        return False
    found = subject(e.left, e.v)
    person = found[0] if found else _reflexive_person(e, pair)
    if person is None or any(r.person == person for r in old):
        return False
    head = next((w for w in reversed(e.left) if w not in CLITICS), "")
    if (
        found
        and not {r.person for r in old} & {2, 5}
        and head not in PEOPLE | set(PRONOUNS)
        and not e.v.readings(head, "P")
    ):
        return False  # "otra cosa damos": a thing is rather what is given than who gives
    if infinitives and not old:
        return (
            bool(found)
            and head not in PREPOSITIONS
            and any(r.lemma in infinitives and r.person == person for r in new)
        )
    return any(a.lemma == b.lemma and a.tense == b.tense and b.person == person for a in old for b in new)


def _reflexive_person(e: Edit, pair: tuple[str, str]) -> int | None:
    """yo from me, in "me levanta": only with verbs that nobody does to another."""
    lemmas = {r.lemma for r in e.v.readings(pair[1], "V")}
    if (
        e.left
        and e.left[-1] == "me"
        and any(r.person == 2 for r in e.v.readings(pair[0], "V"))
        and len(e.left) == 1
        and lemmas & {"levantar", "acostar", "duchar", "llamar"}
        and pair[1].endswith("o")
    ):
        return 0
    return None


def _pronoun_agrees(e: Edit) -> bool:
    """yo se levanto → yo me levanto; yo levanto → yo me levanto."""
    if len(e.new) != 1 or e.new[0] not in REFLEXIVE or len(e.old) > 1 or not e.right:
        return False
    found = subject(e.left, e.v)
    verbs = e.v.readings(e.right[0], "V")
    if not found or REFLEXIVE[found[0]] != e.new[0] or not any(r.person == found[0] for r in verbs):
        return False
    if e.old:
        return e.old[0] in REFLEXIVE and e.old[0] == "se" and found[0] not in (2, 5)
    return any(r.lemma in ("levantar", "acostar", "duchar") for r in verbs) and (
        len(e.right) < 2 or e.right[1] not in DETERMINERS
    )


def _inverted(e: Edit) -> bool:
    """Me gusta los gatos, me gustan leer, me duele los pies, me gusto el café."""
    pair = e.one()
    if not pair or not e.left or e.left[-1] not in ("me", "te", "le", "nos", "os", "les"):
        return False
    old, new = (e.v.readings(w, "V") for w in pair)
    same = [(a, b) for a in old for b in new if a.lemma == b.lemma and a.lemma in INVERTED and a.tense == b.tense]
    rest = [w for w in e.right if w not in ("mucho", "muchísimo", "bastante", "también", "más", "no", "tanto")]
    if not same or not rest or "y" in rest[:4]:
        return False
    if e.v.readings(rest[0], "I"):
        person = 2
    elif rest[0] in DETERMINERS and len(rest) > 1 and (noun := e.v.noun(rest[1])):
        if (rest[0] in ("los", "las", "mis", "tus", "sus", "estos", "estas", "unos", "unas")) != (noun[1] == "p"):
            return False
        person = 5 if noun[1] == "p" else 2
    else:
        return False
    return any(a.person != person and b.person == person for a, b in same)


def _liking(e: Edit) -> bool:
    """Yo gusto → me gusta; yo me gusta → me gusta; mi hermano le gusta → a mi hermano le gusta; a mis padres le
    → les."""
    text, better = " ".join(e.old), " ".join(e.new)
    following = e.right[0] if e.right else ""
    if (text, better) in (
        ("yo gusto", "me gusta"),
        ("yo gusta", "me gusta"),
        ("yo gustan", "me gustan"),
        ("yo gusto", "me gustan"),
    ):
        return not e.left
    lemma = {r.lemma for r in e.v.readings(following, "V")}
    if (text, better) in (
        ("yo", "me"),
        ("yo me", "me"),
        ("yo", ""),
        ("yo me", "a mí me"),
        ("yo", "a mí"),
    ) and not e.left:
        liked = lemma | {r.lemma for w in e.right[:2] for r in e.v.readings(w, "V")}
        return bool(liked & INVERTED) and (text != "yo" or better != "me" or following not in ("me", "no"))
    if text == "" and better == "a" and not e.left:
        at = next((i for i, w in enumerate(e.right[:5]) if w in ("le", "les")), 0)
        return (
            at > 0
            and subject(e.right[:at], e.v) is not None
            and any(r.lemma in INVERTED for w in e.right[at + 1 : at + 2] for r in e.v.readings(w, "V"))
        )
    if (text, better) == ("le", "les") and lemma & INVERTED and e.left and e.left[0] == "a":
        found = subject(e.left[1:], e.v)
        return found is not None and found[0] == 5
    return False


def _determiner(e: Edit) -> bool:
    pair = e.one()
    family = next((s for s in SETS if pair and pair[0] in s.values() and pair[1] in s.values()), None)
    if not pair or family is None or not e.right:
        return False
    if e.left[-1:] == ["y"] and e.left[-2:-1] and e.left[-2] in NUMBER_WORDS:
        return False  # "treinta y un años"
    noun = e.v.noun(e.right[0])
    if noun is None and e.right[0] in ORDINALS and len(e.right) > 1:
        noun = e.v.noun(e.right[1])
    if (
        noun is None
        and e.right[0] in ("los", "las")
        and pair[0] in ("todo", "todos", "toda", "todas")
        and len(e.right) > 1
    ):
        noun = e.v.noun(e.right[1])
    if noun is None or (e.right[0] in STRESSED_A and pair[1] in ("el", "la", "un", "una")):
        return False
    # "mucho más", "la rosa" are no determiners of what follows when that may be a verb after a subject.
    key = "".join(noun)
    return family[key] == pair[1] and family[key] != pair[0] and not _may_be_verb(e, pair[0])


def _may_be_verb(e: Edit, word: str) -> bool:
    """la compra, el trabajo: a noun form that is also a verb, after what may be a pronoun."""
    return (
        word in ("la", "las", "los")
        and bool(e.v.readings(e.right[0], "V"))
        and bool(e.left)
        and e.left[-1] in PRONOUNS
    )


def _noun_number(e: Edit) -> bool:
    pair = e.one()
    if not pair or not e.left:
        return False
    old, new = (e.v.readings(w, "N") for w in pair)
    many = (
        e.left[-1] in NUMBERS
        or any(e.left[-1] in (s["mp"], s["fp"]) for s in SETS)
        or (e.left[-1].isdecimal() and e.left[-1] != "1")
    )
    many = (
        many
        or e.left[-1] in ("veinte", "treinta", "quince", "cien")
        or (len(e.left) > 1 and e.left[-2] == "y" and e.left[-1] in NUMBERS)
    )
    single = e.left[-1] in ("cada", "un", "una")
    if not any(a.lemma == b.lemma and a.number != b.number for a in old for b in new):
        return pair == ("año", "años") and (many or e.left[-1] in NUMBER_WORDS | {"muchos", "muchas"})
    wanted = "p" if many or e.left[-1] in NUMBER_WORDS | {"muchos", "muchas"} else "s" if single else ""
    if any(r.number == wanted for r in old):
        return False
    return bool(wanted) and any(r.number == wanted for r in new) and not e.v.readings(pair[0], "A")


def _beside(e: Edit, adjective: str) -> bool:
    """The word right after a noun may belong to somebody else: "llegué a la oficina cansado", "canta la canción
    alto"."""
    noun = next((w for w in reversed(e.left) if w not in VERY), "")
    if not e.v.noun(noun):
        return False
    loose = FEELINGS.search(adjective) is not None or adjective.rstrip("aeos") in LOOSE
    return noun in TIMES or (loose and (noun not in PEOPLE or FEELINGS.search(adjective) is not None))


def _trade(e: Edit) -> bool:
    """Mi marido es ingeniera → ingeniero."""
    pair = e.one()
    copula = bool(e.left) and any(r.lemma == "ser" for r in e.v.readings(e.left[-1], "V"))
    wanted = head_of(e.left, e.v) if pair and copula else None
    if not pair or wanted is None or not wanted[0]:
        return False
    old, new = (e.v.readings(w, "N") for w in pair)
    return any(
        a.lemma == b.lemma and a.gender != b.gender and (b.gender, b.number) == wanted for a in old for b in new
    ) and not any((a.gender, a.number) == wanted for a in old)


def _adjective(e: Edit) -> bool:
    pair = e.one()
    if not pair:
        return False
    old, new = (e.v.readings(w, "A") for w in pair)
    if not any(a.lemma == b.lemma for a in old for b in new):
        return False
    ordinal = pair[1] in ORDINALS and bool(e.right)
    if not ordinal and _beside(e, pair[1]):
        return False
    wanted = e.v.noun(e.right[0]) if ordinal else head_of(e.left, e.v)
    if wanted is None or not wanted[1]:
        return False
    gender, number = wanted
    if any(gender in ("", a.gender) or a.gender == "*" for a in old if a.number == number):
        return False
    return any((not gender or b.gender in ("*", gender)) and b.number == number for b in new)


RULES = (
    (_verb_agrees, "the verb goes with its subject: {new}"),
    (_pronoun_agrees, "the pronoun goes with the verb: {better}"),
    (_inverted, "the verb goes with what is liked: {new}"),
    (_liking, "what is liked is the subject: {better}"),
    (_determiner, "it goes with the noun: {better}"),
    (_noun_number, "the number decides: {better}"),
    (_adjective, "it goes with the noun: {new}"),
    (_trade, "it goes with the person: {new}"),
)
"""Each rule and why, in plain English: {new} is the new words, {better} what the note shows."""
