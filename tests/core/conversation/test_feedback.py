"""No note reaches the learner that nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.checks import proof
from core.conversation.feedback import notes, words_of
from core.conversation.vocabulary import shipped
from models.errors import ModelError
from models.tutor.llama import Message


class Scripted:
    """A tutor that answers feedback requests from a table, to play a large model that errs."""

    name = "scripted"

    def __init__(self, answers: dict[str, Any], guided: bool = False) -> None:
        self.answers, self.guided = answers, guided

    def chat(self, messages: Sequence[Message], max_tokens: int = 160) -> Iterator[str]:
        yield ""

    def structured(
        self, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int = 256
    ) -> dict[str, Any]:
        sentence = messages[-1].text.split("«")[1].rstrip("»")
        answer = self.answers.get(sentence, {"notes": []})
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, list):
            return answer
        whole = sentence
        for said, better, _ in answer:
            whole = whole.replace(said, better)
        return {
            "sentence": whole,
            "notes": [dict(zip(("said", "better", "why"), row, strict=True)) for row in answer],
        }

    def alternatives(
        self, messages: Sequence[Message], schema: dict[str, Any], before: str, max_tokens: int = 256, most: int = 3
    ) -> Iterator[dict[str, Any]]:
        yield self.structured(messages, schema)


def noted(sentence: str, answers: dict[str, Any], guided: bool = False) -> list[tuple[str, str]]:
    return [(n.said, n.better) for n in notes(Scripted(answers, guided), [Message("system", "x")], sentence)]


def test_a_good_note_is_shown() -> None:
    assert noted("Ayer yo fue al cine.", {"Ayer yo fue al cine.": [("yo fue", "yo fui", "with yo, say fui")]}) == [
        ("yo fue", "yo fui")
    ]


@pytest.mark.parametrize(
    "row",
    [
        ("tú fue", "tú fuiste", "not what was said"),
        ("yo fue", "yo fue", "nothing changes"),
        ("yo fue", "yo fuiese", "no such word"),
        ("yo fue", "", "nothing is better than nothing"),
        ("yo fue", "yo fui", ""),
        ("fue", "fui ayer por la tarde con todos", "says more than the learner did"),
        ("cine", "ciné", "only an accent"),
    ],
)
def test_a_note_nobody_can_vouch_for_is_not_shown(row: tuple[str, str, str]) -> None:
    assert noted("Ayer yo fue al cine.", {"Ayer yo fue al cine.": [row]}) == []


def test_a_model_that_corrects_its_own_correction_is_not_believed() -> None:
    answers = {
        "Voy a Madrid.": [("a Madrid", "en Madrid", "x")],
        "Voy en Madrid.": [("en Madrid", "a Madrid", "x")],
    }

    assert noted("Voy a Madrid.", answers) == []


def test_a_note_that_the_model_itself_would_not_follow_is_not_shown() -> None:
    answer = {"sentence": "Ayer fuimos al cine.", "notes": [{"said": "yo fue", "better": "yo fui", "why": "x"}]}

    assert noted("Ayer yo fue al cine.", {"Ayer yo fue al cine.": answer}) == []


def test_a_second_mistake_found_after_mending_the_first_is_shown_too() -> None:
    answers = {
        "Mi hermana es alto y tiene diez año.": [("es alto", "es alta", "x")],
        "Mi hermana es alta y tiene diez año.": [("diez año", "diez años", "y")],
    }

    assert noted("Mi hermana es alto y tiene diez año.", answers) == [
        ("es alto", "es alta"),
        ("diez año", "diez años"),
    ]


def test_a_small_tutor_must_also_have_grammar_on_its_side() -> None:
    answers = {
        "Ella fue al cine.": [("Ella fue", "Ella fui", "x")],
        "Yo fue al cine.": [("Yo fue", "Yo fui", "x")],
    }

    assert noted("Ella fue al cine.", answers) != []
    assert noted("Ella fue al cine.", answers, guided=True) == []
    assert noted("Yo fue al cine.", answers, guided=True) == [("Yo fue", "Yo fui")]


@pytest.mark.parametrize(
    "answer", [{}, {"notes": None}, {"notes": ["x", 3]}, {"notes": [{}]}, ModelError("cut off")]
)
def test_an_answer_without_sense_is_no_note(answer: Any) -> None:
    assert noted("Yo fue al cine.", {"Yo fue al cine.": answer}) == []


def change(before: str, after: str) -> bool:
    """Whether the change from one sentence to the other is proven."""
    a, b = words_of(before), words_of(after)
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    tail = next(
        (i for i, (x, y) in enumerate(zip(a[same:][::-1], b[same:][::-1], strict=False)) if x != y),
        min(len(a), len(b)) - same,
    )
    return proof(a, same, a[same : len(a) - tail], b[same : len(b) - tail], shipped()) is not None


PROVEN = """
mis padres vive aquí > mis padres viven aquí
mi hermano y yo va al cine > mi hermano y yo vamos al cine
yo ha comido > yo he comido
yo comer pan > yo como pan
la problema es grande > el problema es grande
mi casa es pequeño > mi casa es pequeña
las casas son grande > las casas son grandes
tengo tres hermano > tengo tres hermanos
en mi barrio hay muchos tienda > en mi barrio hay muchas tiendas
soy veinte años > tengo veinte años
estoy hambre > tengo hambre
hoy soy cansado > hoy estoy cansado
me gusta los gatos > me gustan los gatos
yo gusto el café > me gusta el café
mi hermano le gusta el café > a mi hermano le gusta el café
visité mi abuela > visité a mi abuela
voy comer > voy a comer
tengo estudiar > tengo que estudiar
voy a el mercado > voy al mercado
yo hací la cena > yo hice la cena
me gusta muy mucho > me gusta mucho
quiero ir con ti > quiero ir contigo
he rompido el vaso > he roto el vaso
el próximo semana > la próxima semana
mi marido es ingeniera > mi marido es ingeniero
la falda rojo > la falda roja
por la tarde yo va al cine > por la tarde yo voy al cine
no puedo a bailar > no puedo bailar
"""
NOT_PROVEN = """
ella fue al cine > ella fui al cine
la casa de mis padres es grande > la casa de mis padres son grande
vivo con mis padres y trabajo > vivo con mis padres y trabajan
el agua está fría > la agua está fría
la mano está fría > el mano está fría
vos tenés razón > vos tienes razón
llamó pablo > llamó a pablo
estoy nervioso > soy nervioso
soy nervioso > estoy nervioso
la fiesta es en mi casa > la fiesta está en mi casa
son las tres > están las tres
me gusta el vino y la cerveza > me gustan el vino y la cerveza
él fue y yo fui > él fui y yo fui
uno de mis amigos vive aquí > uno de mis amigos viven aquí
quiero un café > quiero una café
mi hermana vive en madrid > mi hermana vive a madrid
es muy tarde > es mucha tarde
nunca es mal año > nunca está mal año
el ayer es un sueño > el ayer tiene un sueño
unas veces va bien > unas veces van bien
es más alto de mí > es más alto que mí
es el más alto de mi clase > es el más alto que mi clase
el amor más grande de mi vida > el amor más grande que mi vida
todas las artes > todos las artes
quiero dos camisa blancas > quiero dos camisa blanca
este café está frío > este café tiene frío
me levantan temprano > me levanto temprano
mi hermano tiene treinta y un años > mi hermano tiene treinta y unos años
juan es más bueno que el pan > juan es mejor que el pan
llegué a la oficina cansado > llegué a la oficina cansada
trabajo por la tarde cansado > trabajo por la tarde cansada
otra cosa damos > otra cosa da
las amigas que tiene mi hermano son altas > las amigas que tiene mi hermano es altas
ella fue a la montaña y yo fui a la playa > ella fue a la montaña y yo fuimos a la playa
el café está frío > el café hace frío
prefiero el pescado a la carne > prefiero el pescado a las carnes
tomo jugo de naranja > tomo juego de naranja
compré las gafas > compré la gafas
no conozco a nadie > no no conozco a nadie
atiendo a los clientes > voy a a los clientes
"""


@pytest.mark.parametrize("line", PROVEN.strip().splitlines())
def test_a_beginners_mistake_is_proven(line: str) -> None:
    before, after = line.split(" > ")

    assert change(before, after)


@pytest.mark.parametrize(
    "line",
    [
        *NOT_PROVEN.strip().splitlines(),
        *(" > ".join(reversed(x.split(" > "))) for x in PROVEN.strip().splitlines()),
    ],
)
def test_what_is_right_is_never_proven_wrong(line: str) -> None:
    before, after = line.split(" > ")

    assert not change(before, after)


@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=20))
def test_notes_quote_the_learner_whatever_a_model_says(sentence: str, said: str, better: str) -> None:
    class Wild(Scripted):
        def structured(
            self, messages: Sequence[Message], schema: dict[str, Any], max_tokens: int = 256
        ) -> dict[str, Any]:
            return {"sentence": better, "notes": [{"said": said, "better": better, "why": "x"}]}

    for note in notes(Wild({}), [], sentence):
        assert note.said in sentence
        assert all(word in shipped() or word in words_of(sentence) for word in words_of(note.better))


def test_a_name_before_a_comma_is_called_and_is_no_subject() -> None:
    answers = {
        "Ana, compras el pan.": [("compras", "compra", "x")],
        "Ana compras el pan.": [("Ana compras", "Ana compra", "x")],
    }

    assert noted("Ana, compras el pan.", answers, guided=True) == []
    assert noted("Ana compras el pan.", answers, guided=True) == [("Ana compras", "Ana compra")]


def test_the_reason_is_the_models_own_only_where_it_holds() -> None:
    answers = {
        "La problema es grande.": [("La problema", "El problema", "problema is masculine")],
        "La mapa es grande.": [("La mapa", "El mapa", "mapa is feminine")],
    }
    whys = [notes(Scripted(answers, guided=True), [], sentence)[0].why for sentence in answers]

    assert whys == ["problema is masculine", "it goes with the noun: El mapa"]


def test_a_note_shows_enough_to_be_understood() -> None:
    answers = {
        "Mi hermano le gusta el pan.": {"sentence": "A mi hermano le gusta el pan.", "notes": []},
        "Quiero una vaso de leche.": {"sentence": "Quiero un vaso de leche.", "notes": []},
        "Mañana voy en Madrid.": {"sentence": "Mañana voy a Madrid.", "notes": []},
        "Yo me gusta el pan.": {"sentence": "Me gusta el pan.", "notes": []},
    }

    assert [noted(sentence, answers, guided=True) for sentence in answers] == [
        [("Mi hermano", "A mi hermano")],
        [("una vaso", "un vaso")],
        [("voy en Madrid", "voy a Madrid")],
        [("Yo me", "Me")],
    ]
