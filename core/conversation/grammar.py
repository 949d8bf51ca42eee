"""Reading a sentence: who its subject is, what an adjective belongs to, what a correction changes.

Only what is certain is said; everything else is None.  All words are in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.conversation.vocabulary import NUMBERS, Vocabulary

Words = Sequence[str]


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


PRONOUNS = {
    "yo": 0,
    "tú": 1,
    "él": 2,
    "ella": 2,
    "usted": 2,
    "nosotros": 3,
    "nosotras": 3,
    "vosotros": 4,
    "vosotras": 4,
    "ellos": 5,
    "ellas": 5,
    "ustedes": 5,
}
GENDERS = {"él": "m", "ella": "f", "ellos": "m", "ellas": "f", "nosotras": "f"}
CLITICS = words("me te se nos os lo la los las le les no nunca siempre también tampoco ya casi solo")
SETS = [
    dict(zip(("ms", "fs", "mp", "fp"), forms.split(), strict=True))
    for forms in (
        "el la los las",
        "un una unos unas",
        "este esta estos estas",
        "ese esa esos esas",
        "mucho mucha muchos muchas",
        "otro otra otros otras",
        "nuestro nuestra nuestros nuestras",
        "vuestro vuestra vuestros vuestras",
        "todo toda todos todas",
        "poco poca pocos pocas",
        "mi mi mis mis",
        "tu tu tus tus",
        "su su sus sus",
    )
]
DETERMINERS = frozenset(w for forms in SETS for w in forms.values()) | {"cada"}
VERY = words("muy bastante tan demasiado más mucho")
PEOPLE = words(
    "hermano hermana padre madre amigo amiga novio novia hijo hija abuelo abuela primo prima tío tía marido "
    "mujer jefe jefa vecino "
    "vecina profesor profesora compañero compañera padres amigos amigas hermanos hermanas hijos hijas abuelos "
    "primos tíos vecinos "
    "compañeros sobrino sobrina suegra suegro suegros niño niña niños niñas chico chica chicos chicas gente "
    "jefes hombre hombres mujeres "
    "estudiante estudiantes médico médica señor señora profesores profesoras familia"
)
TIMES = words(
    "mañana tarde noche día semana mes año hora minuto momento rato vez verano invierno fin días veces noches"
)
FEELINGS = re.compile(
    r"(cansad|content|preocupad|enfadad|ocupad|perdid|resfriad|maread|estresad|emocionad|agotad|enferm)[oa]s?$"
)
PREPOSITIONS = words("a al de del con en por para sin sobre entre desde hasta")


class Edit:
    """A correction as a change of words: before[at : at + len(old)] becomes `new`."""

    def __init__(self, before: Words, at: int, old: Words, new: Words, vocabulary: Vocabulary) -> None:
        self.before, self.at, self.old, self.new, self.v = list(before), at, list(old), list(new), vocabulary
        self.after = [*before[:at], *new, *before[at + len(old) :]]

    @property
    def left(self) -> Words:
        """What stands before the change."""
        return self.before[: self.at]

    @property
    def right(self) -> Words:
        """What stands after it."""
        return self.before[self.at + len(self.old) :]

    def one(self) -> tuple[str, str] | None:
        """The word and its replacement, where one word is changed into one."""
        return (self.old[0], self.new[0]) if len(self.old) == len(self.new) == 1 else None


def subject(before: Words, v: Vocabulary) -> tuple[int, str] | None:
    """(person, gender or "") of the subject that ends just before a verb; None where it is not certain."""
    left = list(before)
    while left and left[-1] in CLITICS:
        left.pop()
    if not left:
        return None
    head = left.pop()
    if head in TIMES:  # "dos veces pone la mesa"
        return None
    if head in PRONOUNS:
        person, gender = PRONOUNS[head], GENDERS.get(head, "")
        start = left
    else:
        noun = v.noun(head)
        names = v.readings(head, "P")
        if noun and left and left[-1] in DETERMINERS | NUMBERS:
            det = left.pop()
            if left and left[-1] in DETERMINERS:
                left.pop()
            number = "p" if det in NUMBERS or det.endswith("s") else noun[1]
            person, gender = (5 if number == "p" else 2), noun[0]
        elif names and not v.readings(head, "N"):
            person, gender = 2, names[0].gender
        elif head == "gente" and left:
            person, gender = 2, "f"
        else:
            return None
        start = left
    if start and start[-1] in ("y", "e", "ni"):
        first = subject(start[:-1], v)
        if first is None or any(_finite(w, v) for w in start):  # "comí con ella y yo pagué": two clauses
            return None
        return (3, "") if 0 in (person, first[0]) else (5, gender if first[1] == gender else "m")
    if head in PRONOUNS:
        return None if start and start[-1] in PREPOSITIONS else (person, gender)
    if start and (start[-1] in PREPOSITIONS or _finite(start[-1], v)):  # "las amigas que tiene mi hermano son…"
        return None
    return person, gender


def _finite(word: str, v: Vocabulary) -> bool:
    """Whether the word is certainly a verb form."""
    return bool(v.readings(word, "V")) and not v.readings(word, "N") and not v.readings(word, "A")


def head_of(left: Words, v: Vocabulary) -> tuple[str, str] | None:
    """(gender, number) that an adjective after these words must have; None where it is not certain."""
    before = list(left)
    while before and before[-1] in VERY:
        before.pop()
    if not before:
        return None
    noun = v.noun(before[-1])
    if noun and len(before) > 1 and (before[-2] in DETERMINERS or before[-2] in NUMBERS):
        # "unas camisas de algodón blanco": only a noun with its own determiner right before is certain.
        many = before[-2] in NUMBERS or any(before[-2] in (forms["mp"], forms["fp"]) for forms in SETS)
        return noun if many == (noun[1] == "p") or before[-2] == "cada" else None
    if any(r.lemma in ("ser", "estar") for r in v.readings(before[-1], "V")):
        found = subject(before[:-1], v)
        if found and found[0] in (2, 3, 5) and found[1]:
            return found[1], "s" if found[0] == 2 else "p"
        if found and found[0] in (3, 5):
            return "", "p"
    return None
