"""Replies the learner might give next: short, right, and in words that the starter recogniser can hear."""

from __future__ import annotations

import re

from core.conversation.scenario import Scenario

MOST = 3
# What answers a question whatever the scenario, by the words it is asked with.
_ANYWHERE: dict[str, tuple[str, ...]] = {
    "por qué": ("No sé.", "Es muy interesante."),
    "con quién": ("Con mis amigos.", "Con mi familia."),
    "dónde": ("En Madrid.", "En mi ciudad."),
    "cuándo": ("Los sábados.", "Por la tarde."),
    "a qué hora": ("A las nueve.", "A las dos."),
    "cuántos": ("Dos.", "Cinco."),
    "cómo se llama": ("Se llama Ana.", "Se llama Carlos."),
    "qué te gusta": ("Me gusta leer.", "Me gusta cocinar."),
    "te gusta": ("Sí, me gusta mucho.", "No, no me gusta."),
    "te gustan": ("Sí, mucho.", "No mucho."),
    "hablamos otro día": ("Sí, mañana.", "Sí, adiós."),
}
_WHATEVER = ("No sé.", "Otra pregunta, por favor.")
_STUCK = "¿Puedes repetir, por favor?"


def after(scene: Scenario, reply: str) -> list[str]:
    """Two or three replies to the tutor's last question; the last is the way out for one who is stuck."""
    question = _plain(reply.rsplit("¿", 1)[-1])
    for replies in (scene.replies, _ANYWHERE):
        fitting = [key for key in replies if f" {_plain(key)} " in f" {question} "]
        if fitting:
            return [*replies[max(fitting, key=len)][: MOST - 1], _STUCK]
    return [*_WHATEVER, _STUCK]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
