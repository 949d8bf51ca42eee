"""What is one word to a score: pairs that are said alike, pairs that are not, and laws that hold for any text."""

from __future__ import annotations

import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation import numerals
from models.evaluation.scoring import character_errors, marked, word_errors, words_of
from models.evaluation.spellings import FILE, spellings
from models.evaluation.spoken import STRICT, spoken

ALIKE = """
Tengo tres hijos y cuarenta y dos primos. | Tengo 3 hijos y 42 primos.
dos mil veinticuatro | 2024
mil novecientos noventa y nueve | 1999
mil quinientos euros | 1.500 euros
mil quinientos pesos | 1,500 pesos
diez mil personas | 10 000 personas
un millón doscientas mil personas | 1.200.000 personas
tres millones | 3.000.000
tres millones | 3 millones
dos mil | 2 mil
cien | 100
ciento un perros | 101 perros
doscientas casas | 200 casas
quinientos treinta y siete | 537
veintiún años | 21 años
veintiuna semanas | 21 semanas
treinta y una noches | 31 noches
un café | 1 café
una hermana | 1 hermana
uno de los dos | 1 de los 2
Un perro y una gata. | 1 perro y 1 gata.
veintidos | 22
diez y seis | 16
veinte y cinco | 25
treintaitrés | 33
cincuenta y cuatro | cincuentaicuatro
cero | 0
cero cero siete | 007
nueve uno dos | 9 1 2
Hace menos cinco grados | Hace -5 °
veinte grados | 20°
veinte grados centígrados | 20 °C
tres coma cinco | 3,5
tres punto cinco | 3.5
tres con cinco | 3,5
cero coma cero cinco | 0,05
Pi es tres coma uno cuatro uno seis | Pi es 3,1416
medio kilo | 1/2 kilo
media hora | ½ hora
tres y medio | 3 ½
Son las cinco y media. | Son las 5:30.
Son las cinco treinta. | Son las 5:30.
a las tres y media | a las 3:30
a las tres y media | a las 3.30
a las tres y media | a las 3:30 h
a las tres y media | a las 3 y media
a las tres y cuarto | a las 3:15
a las cuatro menos cuarto | a las 3:45
Es la una menos diez | Es la 12:50
a las siete y diez | a las 7:10
a las siete menos veinticinco | a las 6:35
a las ocho y cinco | a las 8:05
a las ocho cero cinco | a las 8:05
a las quince treinta | a las 15:30
a las quince treinta | a las 15h30
a las quince treinta | a las 15.30 h
a las nueve | a las 9:00
a las veintiuna cuarenta y cinco | a las 21:45
las quince horas | las 15 h
de nueve y media a una | de 9:30 a 1
el siglo veintiuno | el siglo XXI
el siglo quinto | el siglo V
Carlos quinto y Alfonso décimo | Carlos V y Alfonso X
la decimotercera edición | la XIII edición
la primera guerra mundial | la I Guerra Mundial
el doce de octubre | el 12/10
dos tercios | 2/3
un cuatro por cuatro | un 4x4
treinta y seis coma cinco grados | 36,5º
treinta grados | 30º
las diez pe eme | las 10 pe eme
las diez pm | las 10 p. m.
a las nueve am | a las 9am
a las nueve a. m. | a las 9 am
la primera vez | la 1era vez
la calle Mayor | la C/ Mayor
treinta segundos | 30 seg
cien mil | 100 mil
Rumanía | Rumania
Felipe sexto | Felipe VI
Isabel segunda | Isabel II
Alfonso trece | Alfonso XIII
el primero de mayo | el 1 de mayo
el uno de mayo | el 1 de mayo
el primero de mayo | el 1.º de mayo
el tres de mayo de dos mil veinticuatro | el 3/5/2024
el tres de mayo del dos mil veinticuatro | el 3-5-2024
el doce de octubre de mil cuatrocientos noventa y dos | el 12 de octubre de 1492
los años ochenta | los años 80
el primer piso | el 1.er piso
la tercera vez | la 3.ª vez
el segundo piso | el 2do piso
la quinta planta | la 5ª planta
el tercer piso | el 3º piso
el décimo tercer piso | el decimotercer piso
el undécimo | el 11.º
el vigésimo aniversario | el 20.º aniversario
veinte por ciento | 20 %
veinte por ciento | 20%
cien por cien | 100 %
el dos coma cinco por ciento | el 2,5 %
cincuenta euros | 50 €
cincuenta euros | €50
cincuenta dólares | $50
cincuenta pesos | $50
dos euros con cincuenta | 2,50 €
dos euros con cincuenta céntimos | 2,50 euros
cinco millones de dólares | $5 millones
un euro | 1 €
cinco kilómetros | 5 km
cinco kilos | 5 kg
ciento veinte kilómetros por hora | 120 km/h
un litro | 1 l
El señor Pérez y la doctora Ruiz | El Sr. Pérez y la Dra. Ruiz
Vive en Estados Unidos. | Vive en EE. UU.
Vive en Estados Unidos. | Vive en EE.UU.
por ejemplo | p. ej.
¿Cómo está usted? | ¿Cómo está Ud.?
la página doce | la pág. 12
el número cinco | el n.º 5
manzanas, peras, etcétera | manzanas, peras, etc.
el vídeo | el video
los vídeos | los videos
sólo uno | solo uno
éste y aquéllos | este y aquellos
fútbol | futbol
el período | el periodo
cardíaca | cardiaca
oscuro | obscuro
septiembre | setiembre
psicóloga | sicóloga
transporte | trasporte
México | Méjico
en seguida | enseguida
tres o cuatro | 3 ó 4
más dos | +2
"""
UNLIKE = """
dos | doce
tres | trece
3:30 | 13:30
a las tres y media | a las 13:30
a las tres y media | a las 4:30
las tres y cuarto | las 3:45
las cuatro menos cuarto | las 4:45
20 % | 20
veinte por ciento | veinte
2024 | 2025
2024 | 20 24
1.500 | 15.000
1,5 | 15
3,5 | 5,3
3,05 | 3,5
007 | 7
100 | 1000
61 | 71
sesenta | setenta
60 | 70
doscientos | doscientas
un gato | una gato
un | uno
primero | tercero
1.º | 1.ª
tercera | 3.º
XXI | XIX
el siglo XX | el siglo XXI
el uno de mayo | el primero de mayo
solo | salo
este | esté
esta | está
año | ano
si | sí
el | él
te | té
papa | papá
50 € | 50 $
5 km | 5 kg
señor | señora
Sr. | Sra.
quizá | quizás
carné | carnet
hay | ahí
cien por cien | cien por ciento
3/5/2024 | 5/3/2024
cuarto | cuatro
cinco y media | cinco y medio
sesenta y seis | setenta y seis
tres coma cinco | tres punto cinco
A4 | A5
4x4 | 44
el 12/10 | el 10/12
Carlos V | Carlos X
vitamina I | vitamina uno
"""


def pairs(lines: str) -> list[tuple[str, str]]:
    return [(one, other) for one, _, other in (line.partition(" | ") for line in lines.strip().splitlines())]


@pytest.mark.parametrize(("said", "written"), pairs(ALIKE))
def test_what_is_said_alike_is_one_word(said: str, written: str) -> None:
    assert word_errors(said, written).count == word_errors(written, said).count == 0, words_of(said, written)
    assert character_errors(said, written).count == 0
    assert {kind for _, kind in marked(said, written)} == {"right"}
    assert word_errors(said, written).words == len(spoken(said)) == len(spoken(written))


@pytest.mark.parametrize(("said", "heard"), pairs(UNLIKE))
def test_what_is_said_otherwise_is_an_error(said: str, heard: str) -> None:
    assert word_errors(said, heard).count > 0 < word_errors(heard, said).count
    assert character_errors(said, heard).count > 0


PIECES = """
1 2 12 21 30 45 100 101 200 2024 1.500 3,5 5:30 15:45 20 % € km Sr. EE. UU. y menos las la a de cuarto media
con uno un una dos tres diez veinte cincuenta cien mil millones coma punto por ciento euros céntimos décimo
tercero siglo XXI 1.º mayo 3/5/2024 solo sólo en seguida ½ seis cinco hora, . - $
"""
TEXTS = st.lists(st.sampled_from(PIECES.split()), max_size=8).map(" ".join)


@given(st.one_of(TEXTS, st.text(max_size=40)), st.one_of(TEXTS, st.text(max_size=40)))
def test_any_texts_obey_the_laws_of_a_distance(one: str, other: str) -> None:
    assert word_errors(one, one).count == character_errors(one, one).count == 0
    there, back = word_errors(one, other), word_errors(other, one)
    assert there.count == back.count
    assert there.words == len(spoken(one)) and back.words == len(spoken(other))
    assert there.words - there.del_ + there.ins == back.words
    said, heard = words_of(one, other)
    assert (there.count == 0) == (said == heard)


@given(st.one_of(TEXTS, st.text(max_size=40)))
def test_what_is_read_aloud_is_read_aloud_as_it_is(text: str) -> None:
    words, _ = words_of(text, text)
    assert spoken(" ".join(words)) == words


@given(st.integers(0, numerals.LARGEST), st.integers(0, numerals.LARGEST))
def test_two_numbers_are_never_one(one: int, other: int) -> None:
    assert (word_errors(str(one), str(other)).count == 0) == (one == other)
    assert word_errors(f"{one:,}".replace(",", "."), str(one)).count == 0
    assert (word_errors(f"{one % 24}:{one % 60:02}", f"{other % 24}:{other % 60:02}").count == 0) == (
        (one % 24, one % 60) == (other % 24, other % 60)
    )


def test_every_number_to_ten_thousand_is_its_own() -> None:
    assert len({tuple(numerals.cardinal(number)) for number in range(10_001)}) == 10_001
    assert len({tuple(numerals.ordinal(number, False)) for number in range(1, 100)}) == 99
    found = [numerals.roman(letters) for letters in ("IV", "XXXIX", "VI", "IIX", "XXL", "")]
    assert found == [4, 39, 6, None, None, None]


def test_every_abbreviation_unit_and_spelling_of_the_file_is_read() -> None:
    body = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for name, said in (*body["abbreviations"].items(), *body["signs"].items()):
        assert word_errors(f"Es {said} todo", f"Es {name} todo").count == 0, name
    for unit, (one, several) in body["units"].items():
        assert word_errors(f"Son treinta {several.split('/')[0]}.", f"Son 30 {unit}.").count == 0, unit
        if unit != "º":
            assert word_errors(f"Es un {one.split('/')[0]}.", f"Es 1 {unit}.").count == 0, unit
    for group in body["variants"]:
        for word in group.split(", "):
            assert word_errors(group.split(", ")[0], word.capitalize()).count == 0, word


def test_a_spelling_stands_for_one_word_only() -> None:
    known = spellings()
    assert not [word for word, instead in known.words.items() if instead != spoken(" ".join(instead))]


def test_a_word_stays_wrong_where_two_readings_cannot_both_be() -> None:
    assert word_errors("un perro y una gata", "1 perro y 1 gata").count == 0
    assert word_errors("Tengo una casa", "Tengo 2 casa").count == 1
    assert marked("Son las cinco y media", "Son las 5:40") == [
        ("son", "right"), ("las", "right"), ("cinco", "right"), ("cuarenta", "sub"),
    ]  # fmt: skip


def test_the_strict_rule_stands_beside_it() -> None:
    assert word_errors("Tengo tres hijos", "Tengo 3 hijos", STRICT).count == 1
    assert word_errors("Son las cinco y media", "Son las 5:30", STRICT).words == 5


def test_a_hundred_thousand_words_score_in_seconds() -> None:
    said = "Ayer a las 5:30 fui al mercado con mi hermana y compré manzanas, ¿no?"
    heard = "ayer a las cinco y media fui al mercado con mi hermano y compré manzana no"
    began = time.process_time()
    for _ in range(7_000):
        word_errors(said, heard)
    assert time.process_time() - began < 20  # 3 s on a quiet core
