"""Spoken Spanish as it is written down when every sound is kept: what no dictionary has and is right all the same.

Hesitations, interjections, and the regional forms that leave out, weaken or change a sound: pa' (para), cansao
(cansado), verdá (verdad), tol (todo el), ehto (esto), mujé (mujer), güeno (bueno).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.conversation.grammar import words

HESITATIONS = words("eh eeh eee em emm eem ehm hm hmm mm mmm mmmm mhm uhm uh um ah aah aaa este")
"""What is said while the next word is looked for; “este” is one of them, and also a word."""

INTERJECTIONS = words(
    "ay uy oh ja je ji jo jaja jajaja jeje hala ala olé ole anda venga bah uf puf buf pf pff psst chis chist shh "
    "bravo hola chao adiós ey hey epa órale híjole ándale guau miau pum zas plaf tic tac clic bla ok okey okay "
    "guay jope jolín jolines caramba caray ojalá ea aúpa uys aj puaj sip nop ajá ajam anjá ño wow hostia joder "
    "coño mierda"
)

REGIONAL = words(
    "pa to ta na toa tó tá ná toas tos tol tola der ar er lah loh mu mú pos pué pue asín ansí ansina naide nadien "
    "muncho muncha munchos munchas haiga haigas haigan semos dende onde ande aonde usté ustés verdá mitá vusotros "
    "nojotro vide trujo truje mesmo mesma amos miarma quillo quilla illo illa pisha bonico bonica zagal zagala "
    "maño maña che vos sos tenés querés podés sabés vení andá mirá decime dale boludo boluda pibe piba laburo "
    "ahorita chévere bacán bacano parce güey wey chido chida celular computadora chamo chama guagua papi mami mijo "
    "mija mijito mijita quihubo cuate chavo chava padrísimo"
)
"""Words of one region, and common ones as some region says them."""

_ENDINGS = (
    ("ao", "ado"),
    ("aos", "ados"),
    ("ío", "ido"),
    ("íos", "idos"),
    ("ía", "ida"),
    ("ías", "idas"),
    ("aíto", "adito"),
    ("á", "ada"),
    ("á", "ad"),
    ("á", "ar"),
    ("á", "al"),
    ("ás", "adas"),
    ("é", "er"),
    ("é", "ed"),
    ("é", "el"),
    ("í", "ir"),
    ("í", "id"),
    ("í", "il"),
    ("ó", "or"),
    ("ó", "ol"),
    ("ú", "ud"),
    ("ú", "ur"),
    ("ú", "ul"),
)
"""What an ending that was heard stands for."""
_BEGINNINGS = (
    ("güe", "bue"),
    ("güe", "hue"),
    ("agüe", "abue"),
    ("jar", "har"),
    ("jo", "ho"),
    ("ja", "ha"),
    ("je", "he"),
)
_LIQUIDS = re.compile("[lr](?=[bcdfgjkmnpqstvz]|$)")
_ASPIRATED = re.compile("h(?=[^aeiouáéíóúü]|$)")
_LONG = re.compile(r"(.)\1{2,}")


def standard(word: str) -> Iterator[str]:
    """What a word (lower case) may be in the dictionary, if it is a regional or drawn-out form of one."""
    plain = word.rstrip("'’‘")
    if plain != word:  # something was left out at the end: pa', na', to'
        yield from (plain + end for end in ("s", "r", "d", "l", "n", "do", "da", "ra", "dos", "das", "z"))
    if _LONG.search(word):  # muuuy
        yield _LONG.sub(r"\1", word)
        yield _LONG.sub(r"\1\1", word)
    for heard, meant in _ENDINGS:
        if word.endswith(heard):
            yield word[: -len(heard)] + meant
    for heard, meant in _BEGINNINGS:
        if word.startswith(heard):
            yield meant + word[len(heard) :]
    if word[-1:] in "aeiouáéíóú":  # a final s that was not sounded: nosotro, meno
        yield word + "s"
    if _ASPIRATED.search(word):  # ehto, loh, mihmo
        yield _ASPIRATED.sub("s", word)
        yield _ASPIRATED.sub("r", word)
        yield re.sub("h$", "", word)
    for match in _LIQUIDS.finditer(word):  # arma for alma, mujel for mujer
        yield word[: match.start()] + ("l" if match.group() == "r" else "r") + word[match.end() :]
