"""The exact words a tutor model is asked with.

They stand here, and not with the conversation, because the starter tutor is trained on these very texts and the
trainer may know models but not the app.  Every prompt begins with the same bytes and ends with what varies, so
that a model's cache of the beginning stays good from one turn, and one session, to the next.
"""

from __future__ import annotations

from typing import Any

LEVELS = {
    "A1": "Usa frases muy cortas y fáciles, en presente.",
    "A2": "Usa frases cortas y sencillas, también en pasado.",
    "B1": "Usa frases naturales y pide razones y detalles.",
    "B2": "Usa frases naturales y pide opiniones y argumentos.",
}
"""CEFR level → how the tutor speaks to it."""

_SYSTEM = (
    "Eres un tutor de español amable. Responde en español correcto, con una o dos frases cortas, y termina con una "
    "pregunta. Usa las palabras de la persona y no corrijas sus errores. Si no entiendes algo o no es del tema, "
    "dilo y "
    "vuelve al tema. Nivel: {level}. {manner} Tema: {topic}."
)
OPENING = "Empieza tú: salúdame y hazme la primera pregunta."
"""The first user message of every conversation; many chat templates want the user to speak first."""

_FEEDBACK = (
    "Revisa solo esta frase mía. Escríbela entera y bien en sentence. Copia cada error seguro en said, con el "
    "mínimo cambio en better y el porqué en why, en inglés y muy breve. Si no hay ninguno, notes queda vacía. "
    "Mi frase: «{said}»"
)

_TEXT = {"type": "string", "minLength": 1, "maxLength": 120}
FEEDBACK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sentence": {"type": "string", "maxLength": 600},
        "notes": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "properties": {"said": _TEXT, "better": _TEXT, "why": _TEXT},
                "required": ["said", "better", "why"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["sentence", "notes"],
    "additionalProperties": False,
}
"""The shape of the answer to a feedback request: the whole sentence said well, then up to two notes.

Writing the sentence first is how a model finds out what is wrong with it; what it then notes must agree with it.
"""


def system_prompt(level: str, topic: str) -> str:
    """The system message for a CEFR level ("A1" … "B2") and a topic in Spanish words ("la comida").

    Raises KeyError for a level that is not in LEVELS.
    """
    return _SYSTEM.format(level=level, manner=LEVELS[level], topic=topic)


def feedback_request(said: str) -> str:
    """The user message that asks for notes on one sentence of the learner."""
    return _FEEDBACK.format(said=said.replace("«", "").replace("»", ""))
