"""The inflection that the starter's training text rests on."""

from __future__ import annotations

import pytest

from trainer.synthesis import conjugation as c
from trainer.synthesis import nouns

SIMPLE = """
hacer pret 0 hice|hacer pret 2 hizo|buscar pret 0 busqué|llegar pret 0 llegué
empezar pret 0 empecé|dormir pret 2 durmió|pedir pret 2 pidió|leer pret 2 leyó
construir pret 2 construyó|construir pres 0 construyo|venir fut 0 vendré|salir subj 0 salga
conocer subj 2 conozca|dar subj 0 dé|ver subj 1 veas|jugar pret 0 jugué
haber subj 0 haya|tener pres 1 tienes|mantener pret 0 mantuve|jugar pres 0 juego
jugar subj 3 juguemos|seguir pres 0 sigo|seguir subj 0 siga|elegir pres 0 elijo
coger subj 0 coja|conducir pret 5 condujeron|traer pret 5 trajeron|oír pres 1 oyes
oír pret 2 oyó|oír imp 0 oía|oír fut 0 oiré|reír pres 2 ríe
reír pret 2 rio|reír pret 1 reíste|enviar pres 0 envío|continuar subj 2 continúe
prohibir pres 2 prohíbe|reunir pres 5 reúnen|sentir subj 3 sintamos|sentir subj 0 sienta
dormir subj 3 durmamos|pagar subj 0 pague|ver imp 3 veíamos|ir imp 3 íbamos
ser imp 3 éramos|poder cond 0 podría|querer pret 0 quise|decir fut 2 dirá
caer pret 2 cayó|volver subj 0 vuelva|poner subj 3 pongamos|almorzar pret 0 almorcé
almorzar subj 0 almuerce|doler pres 2 duele|poder subj 3 podamos|vencer pres 0 venzo
preferir pret 5 prefirieron|averiguar pret 0 averigüé|estar subj 1 estés|tener subjimp 0 tuviera
poder subjimp 3 pudiéramos|hablar subjimp 3 habláramos|ser subjimp 2 fuera
"""


@pytest.mark.parametrize("case", [x for line in SIMPLE.split("\n") for x in line.split("|") if x])
def test_simple_tenses(case: str) -> None:
    infinitive, tense, person, form = case.split()

    assert c.conjugate(infinitive, tense)[int(person)] == form


@pytest.mark.parametrize(
    ("infinitive", "done", "doing"),
    [
        ("hacer", "hecho", "haciendo"),
        ("leer", "leído", "leyendo"),
        ("dormir", "dormido", "durmiendo"),
        ("ir", "ido", "yendo"),
        ("pedir", "pedido", "pidiendo"),
        ("poder", "podido", "pudiendo"),
        ("construir", "construido", "construyendo"),
        ("devolver", "devuelto", "devolviendo"),
        ("oír", "oído", "oyendo"),
        ("reír", "reído", "riendo"),
        ("ver", "visto", "viendo"),
        ("proponer", "propuesto", "proponiendo"),
        ("decir", "dicho", "diciendo"),
        ("seguir", "seguido", "siguiendo"),
    ],
)
def test_participle_and_gerund(infinitive: str, done: str, doing: str) -> None:
    assert c.participle(infinitive) == done
    assert c.gerund(infinitive) == doing


@pytest.mark.parametrize(
    ("infinitive", "person", "form"),
    [
        ("hacer", "tú", "haz"),
        ("mantener", "tú", "mantén"),
        ("proponer", "tú", "propón"),
        ("venir", "vosotros", "venid"),
        ("ir", "usted", "vaya"),
        ("dormir", "tú", "duerme"),
        ("decir", "usted", "diga"),
        ("oír", "tú", "oye"),
    ],
)
def test_imperative(infinitive: str, person: str, form: str) -> None:
    assert c.imperative(infinitive, person) == form


@pytest.mark.parametrize(
    ("form", "clitics", "joined"),
    [
        ("dar", "me", "darme"),
        ("dar", "melo", "dármelo"),
        ("di", "me", "dime"),
        ("di", "melo", "dímelo"),
        ("compra", "lo", "cómpralo"),
        ("haciendo", "lo", "haciéndolo"),
        ("levantad", "os", "levantaos"),
        ("vestid", "os", "vestíos"),
        ("levantemos", "nos", "levantémonos"),
        ("oír", "lo", "oírlo"),
        ("ponga", "se", "póngase"),
        ("lee", "lo", "léelo"),
        ("despierta", "te", "despiértate"),
        ("trae", "lo", "tráelo"),
        ("escuche", "me", "escúcheme"),
        ("siguiendo", "lo", "siguiéndolo"),
        ("duerme", "te", "duérmete"),
        ("busque", "lo", "búsquelo"),
    ],
)
def test_attach(form: str, clitics: str, joined: str) -> None:
    assert c.attach(form, clitics) == joined


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("lápiz", "lápices"),
        ("canción", "canciones"),
        ("lunes", "lunes"),
        ("inglés", "ingleses"),
        ("país", "países"),
        ("joven", "jóvenes"),
        ("café", "cafés"),
        ("cuarto de baño", "cuartos de baño"),
        ("árbol", "árboles"),
    ],
)
def test_plural(one: str, many: str) -> None:
    assert nouns.plural(one) == many


def test_agreement() -> None:
    assert nouns.agree("inglés", "f", True) == "inglesas"
    assert nouns.agree("trabajador", "f", False) == "trabajadora"
    assert nouns.agree("feliz", "f", True) == "felices"
    assert nouns.agree("marrón", "f", True) == "marrones"
