"""What Whisper says when nobody speaks.

It learnt from subtitles, so on silence and noise it writes what subtitles end with: thanks for watching,
subscribe, subtitles by the Amara community; or it says one thing again and again. A learner may well say
"gracias", so nothing is dropped for its words alone: something else has to speak for a ghost, be it the
network's own doubt or more text than there is speech to hold it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.evaluation.scoring import normalise

if TYPE_CHECKING:
    from models.whisper.heard import Word

SUBTITLES = tuple(
    normalise(phrase)
    for phrase in (
        "Subtítulos realizados por la comunidad de Amara.org",
        "Subtítulos creados por la comunidad de Amara.org",
        "Subtítulos por la comunidad de Amara.org",
        "Subtitulado por la comunidad de Amara.org",
        "Subtítulos en español de Amara.org",
        "Amara.org",
        "Más información www.alimmenta.com",
        "www.mooji.org",
        "¡Suscríbete al canal!",
        "¡Suscríbete a nuestro canal!",
        "¡Suscríbete!",
        "Suscríbete y dale like",
        "Dale like y suscríbete",
        "No olvides suscribirte",
        "Gracias por ver el video",
        "Gracias por ver el vídeo",
        "Gracias por ver este video",
        "Gracias por ver este vídeo",
        "¡Gracias por ver!",
        "Nos vemos en el próximo video",
        "Nos vemos en el próximo vídeo",
    )
)
"""What subtitles say, and people at a table seldom do."""

SILENT = 0.6
UNSURE = -1.0
"""Whisper's own rule: likelier silence than SILENT and a mean log-probability below UNSURE is silence."""
SUSPECT = 0.3
"""Probability of silence above which the words of a subtitle are not believed …"""
DOUBTFUL = -0.7
"""… nor below this mean log-probability …"""
FASTEST = 30.0
"""… nor with more letters than this to a second of speech; quick Spanish has about 20."""
LOOP = 2.4
"""Whisper's own bound for how far a text may be compressed before it must be a loop."""


@dataclass(frozen=True, slots=True)
class WindowEvidence:
    """How one window was heard."""

    text: str
    no_speech: float
    """Whisper's probability that nobody speaks."""
    log_probability: float
    """Mean over the tokens, natural logarithm."""
    speech_seconds: float | None
    """Length of the speech in the window by voice activity; None where it was not measured."""

    @property
    def looping(self) -> bool:
        """The text says the same thing again and again."""
        data = self.text.encode()
        return len(data) / len(zlib.compress(data)) > LOOP

    @property
    def silent(self) -> bool:
        """Nobody spoke, by Whisper's own rule."""
        return self.no_speech > SILENT and self.log_probability < UNSURE

    @property
    def hurried(self) -> bool:
        """The text is more than anybody says in so much speech."""
        return self.speech_seconds is not None and len(self.text) > FASTEST * self.speech_seconds

    @property
    def doubtful(self) -> bool:
        """Reason enough not to believe a subtitle or a loop."""
        return self.no_speech > SUSPECT or self.log_probability < DOUBTFUL or self.hurried


def without(words: list[Word], evidence: WindowEvidence) -> list[Word]:
    """The words that a person said: all of them, unless the evidence speaks for a ghost.

    Silence and doubtful loops give nothing; from other doubtful text the subtitle phrases at its
    beginning and end are taken away.
    """
    if evidence.silent or (evidence.looping and evidence.doubtful):
        return []
    if not evidence.doubtful:
        return words
    shorter = _without_edge(words)
    while shorter is not words:
        words, shorter = shorter, _without_edge(shorter)
    return words


def _without_edge(words: list[Word]) -> list[Word]:
    """The words less one subtitle phrase at their beginning or end; the very same list if there is none."""
    plain = [normalise(word.text) for word in words]
    for size in range(len(words), 0, -1):
        if " ".join(plain[-size:]) in SUBTITLES:
            return words[:-size]
        if " ".join(plain[:size]) in SUBTITLES:
            return words[size:]
    return words
