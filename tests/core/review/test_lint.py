"""The lint helps where something is wrong, and lets speech be as it was spoken."""

from __future__ import annotations

import json
import re
from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.review.lint.digits import spelled
from core.review.lint.rules import BITS, RULES, Transcript, Warned, check, mask
from core.review.lint.spelling import is_word, similar
from tests.places import ROOT

SPOKEN = """
Eh, yo creo que, em, no sé, está muy lejos.
Mmm, pues yo que sé, chico, a mí me da igual.
Fui a la pla- a la playa con mi hermana.
Quiero una man- una manzana, por favor.
Yo estudi... estudié en la universidad de Granada.
Vamos pa' la playa, que hace un calor que no se pué aguantar.
Estoy cansao, tol mundo me pide algo.
Er niño está malito, lo he llevao ar médico.
¿Qué dise usté, señora?
No vi na de na, estaba to oscuro.
Mi arma, ven pacá.
Ehto no e lo mihmo, ¿sabe?
La mujé de mi hermano e mu güena.
Pos yo no fui, fue él.
A mi abuelo le gusta mucho er pescaíto frito.
Los niños han comío muy bien y se han dormío.
Che, ¿vos querés tomar unos mates?
Órale, güey, ahorita vengo.
No no, eso no es así.
Sí sí, claro, claro.
Es muy muy bonito.
Entonces, este, me fui a mi casa, este, y me dormí.
Yo, yo, yo no sé qué decir.
Me llamo Peter y soy de Birmingham.
Vivo en Düsseldorf con mi marido Jürgen.
Estuve en Machu Picchu y en Cuzco.
Dámelo, por favor, que se lo quiero enseñar.
Contándoselo a mis amigas me reí muchísimo.
Levántate rápidamente, que llegamos tarde.
Hablábamos tranquilamente en el parquecito.
Mi perrito es chiquitito y cariñosísimo.
¡Ay, qué bonito! ¿Dónde lo compraste?
Oye, ¿qué hora es?
Bueno, eh, o sea, no es que no quiera, es que no puedo.
Ja ja ja, qué risa.
Uf, qué cansancio.
Nos vemos luego, ¿vale?
El lunes voy al gimnasio y el martes descanso.
Me duele la cabeza desde ayer por la tarde.
¿Cuánto cuesta esta camiseta azul?
Tengo que comprar huevos, harina y azúcar para hacer un bizcocho.
La semana pasada fuimos de excursión a la montaña.
Si tuviera dinero, me compraría una casa en la playa.
Me gustaría que vinieras a mi fiesta de cumpleaños.
Cuando era pequeño vivía en un pueblo.
Hemos quedado a las ocho en la puerta del cine.
Mis padres están jubilados y viajan bastante.
No me acuerdo de cómo se llama.
¿Podrías repetirlo más despacio, por favor?
En mi país la gente cena más temprano.
Trabajo como enfermera en un hospital infantil.
El año pasado aprendí a conducir.
Se me olvidó el paraguas en el autobús.
La película fue un poco aburrida, la verdad.
Mi ciudad tiene un río y varios puentes antiguos.
Prefiero el té al café.
Los domingos desayunamos churros con chocolate.
Hay mucho tráfico por las mañanas.
¿Me pone un café con leche y una tostada?
Perdón, no te he entendido.
El profesor explicó la gramática otra vez.
Me he equivocado de tren.
Ayer llovió a cántaros y me quedé en casa.
Ojalá haga buen tiempo mañana.
Estaba leyendo cuando sonó el teléfono.
Le regalé un collar de plata a mi novia.
Hace tres meses que estudio español.
Soy alérgico a los frutos secos.
La cuenta, por favor.
Aparqué el coche en la calle de atrás.
Los vecinos hacen mucho ruido por la noche.
Quisiera reservar una mesa para cuatro personas.
Nunca he estado en Argentina, pero me encantaría ir.
Tuve que esperar más de una hora.
El ascensor está estropeado.
Mi madre cocina mejor que yo.
De repente se apagaron las luces.
Se lo dije, pero no me hizo caso.
Me parece que va a nevar.
¿A qué te dedicas?
""".strip().splitlines()
"""Learners and people of several regions, written down as they spoke: nothing here is wrong."""


def warned(text: str, seconds: float | None = None) -> list[Warned]:
    return check(Transcript(text, len(text) / 12 if seconds is None else seconds))


def codes(text: str, seconds: float | None = None) -> list[str]:
    return [one.code for one in warned(text, seconds)]


@pytest.mark.parametrize("text", SPOKEN)
def test_speech_as_it_was_spoken_is_left_alone(text: str) -> None:
    assert warned(text) == []


@pytest.mark.parametrize(
    ("file", "most"),
    [
        ("trainer/synthesis/data/sentences.txt", 0),
        ("trainer/synthesis/data/free_sentences.txt", 4),
        ("trainer/synthesis/data/general_sentences.txt", 5),
        ("core/bench/sentences.txt", 0),
    ],
)
def test_right_sentences_cause_hardly_a_false_alarm(file: str, most: int) -> None:
    texts = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert sum(bool(warned(text)) for text in texts) <= most


def test_what_learners_say_right_causes_hardly_a_false_alarm() -> None:
    lines = (ROOT / "tests/data/learner_sentences.jsonl").read_text(encoding="utf-8").splitlines()
    right = [line["text"] for line in map(json.loads, lines) if line["kind"] == "right"]
    assert len(right) > 100
    assert sum(bool(warned(text)) for text in right) <= 2


@pytest.mark.parametrize(
    ("text", "code", "shown", "remedy"),
    [
        ("Tengo 23 años.", "digits", "23", "“veintitrés”"),
        ("Nací en 1998.", "digits", "1998", "“mil novecientos noventa y ocho”"),
        ("Cuesta 2,50 euros.", "digits", "2,50", "in words"),
        ("El tren sale a las 8:30.", "digits", "8:30", "in words"),
        ("ESTOY MUY CANSADO.", "casing", "ESTOY", "“estoy”"),
        ("Me gusta la muSica.", "casing", "muSica", "“musica”"),
        ("Me llamo Ana. vivo en Lugo.", "casing", "vivo", "small letter"),
        ("Vengo de de la playa.", "double", "de de", "“de, de”"),
        ("Me me me gusta.", "double", "Me me me", "3 times"),
        ("Gato gato gato gato.", "double", "Gato gato gato gato", "4 times"),
        ("Cómo te llamas?", "marks", "?", "“¿” before “Cómo”"),
        ("Oye, y tú de dónde eres?", "marks", "?", "“¿” before “de dónde”"),
        ("Estás bien. Tienes hambre?", "marks", "?", "“¿” before “Tienes”"),
        ("Qué bonito!", "marks", "!", "“¡” before “Qué”"),
        ("¿Vienes mañana.", "marks", "¿", "“?” where it ends"),
        ("¿Vienes ¿mañana?", "marks", "¿", "never closed"),
        ("Me gusta el arbol.", "unknown", "arbol", "“árbol”"),
        ("Voy a la unibersidad.", "unknown", "unibersidad", "“universidad”"),
        ("Estoy esutdiando español.", "unknown", "esutdiando", "“estudiando”"),
        ("Quiero un blkarf, por favor.", "unknown", "blkarf", "listen once more"),
        ("Es un electroencefalografistaaaa.", "long", "electroencefalografistaaaa", "space missing"),
        ("Y eso es todo. Gracias por ver el vídeo.", "ghost", "Gracias por ver el vídeo", "unless you hear it"),
        ("Subtítulos realizados por la comunidad de Amara.org", "ghost", "Subtítulos realizados", "subtitles"),
    ],
)
def test_what_is_wrong_is_named_and_a_way_out_given(text: str, code: str, shown: str, remedy: str) -> None:
    [one] = [one for one in warned(text) if one.code == code][:1]
    assert one.span is not None
    assert text[slice(*one.span)].startswith(shown)
    assert remedy in one.sentence


def test_the_same_words_again_and_again_are_a_ghost() -> None:
    assert "ghost" in codes("Y luego, y luego, y luego, y luego, y luego, y luego, y luego.")
    assert "ghost" not in codes("No, no, no, no, no, no.")


@pytest.mark.parametrize(
    ("text", "seconds", "fits"),
    [
        ("Me llamo Ana y vivo en Sevilla desde hace dos años.", 3.0, True),
        ("Me llamo Ana y vivo en Sevilla desde hace dos años.", 1.0, False),
        ("Sí.", 4.0, True),
        ("Sí.", 9.0, False),
        ("", 30.0, True),
        ("Mmm… pues… no sé.", 8.0, True),
    ],
)
def test_the_words_fit_the_seconds(text: str, seconds: float, fits: bool) -> None:
    assert ("pace" not in codes(text, seconds)) == fits


@pytest.mark.parametrize(
    "text",
    [
        "de, de la casa",
        "de… de la casa",
        "de de eh de la casa",
        "la la pla- la playa",
        "¡Qué me dices?",
        "¿¡Cómo!?",
        "«¿Vienes?», dijo.",
        "en medio de la frase y sigue.",
        "Vi la tele. Etc. y ya.",
        "Trabajo en la ONU y veo DVD.",
        "El señor McDonald usa un iPhone.",
        "pero qué bonito es",
        "No sé cómo se llama",
    ],
)
def test_what_is_only_unusual_is_not_asked_about(text: str) -> None:
    assert codes(text) == []


def test_audio_is_warned_of_by_its_measures() -> None:
    good = Transcript("Hola.", 1.0, loudness=-22.0, snr=30.0, clipped=0.0, band=7900.0)
    assert check(good) == []
    bad = check(Transcript("Hola.", 1.0, loudness=-41.0, snr=3.0, clipped=0.02, band=3400.0))
    assert [one.code for one in bad] == ["clipped", "quiet", "noisy", "narrow"]
    assert all(one.span is None for one in bad)
    assert check(Transcript("Hola.", 1.0)) == []


def test_every_rule_has_a_bit_of_its_own() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert sum(rule.bit for rule in RULES) == reduce(or_, (rule.bit for rule in RULES))
    assert all(rule.bit.bit_count() == 1 for rule in RULES)
    assert mask(warned("Tengo 3 3.")) == BITS["digits"]


def test_one_slip_in_a_word_is_mostly_found() -> None:
    """Every letter of a word dropped in turn; some slips make another word, which no list can tell."""
    words = ["mañana", "cuaderno", "restaurante", "ventana", "profesora", "hermano", "desayuno", "trabajo"]
    slips = [word[:place] + word[place + 1 :] for word in words for place in range(len(word))]
    slips = [slip for slip in slips if not is_word(slip)]
    found = [slip for slip in slips if "unknown" in codes(f"Aquí dice {slip} otra vez")]
    assert len(found) > 0.8 * len(slips)
    assert similar("periodico") == "periódico"


@given(st.integers(0, 9999))
def test_numbers_are_spelled_with_words_of_the_list(number: int) -> None:
    said = spelled(number)
    assert codes(said, 3.0) == []
    assert said.endswith(spelled(number % 10)) or number % 100 < 30 or number % 10 == 0


@given(st.text(max_size=80), st.floats(0, 100))
def test_no_text_upsets_a_rule_and_every_span_is_in_it(text: str, seconds: float) -> None:
    for one in warned(text, seconds):
        assert one.code in BITS
        if one.span:
            assert 0 <= one.span[0] < one.span[1] <= len(text)
            assert re.search(r"\S", text[slice(*one.span)])
