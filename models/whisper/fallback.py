"""What to do where a decoding went astray: it loops, or Whisper itself hardly believes it.

OpenAI's and faster-whisper's way is to decode again with tokens drawn at random, five times at each of up to five
temperatures. Here it is cheaper, and the same audio always gives the same text:

1. A loop is decoded once more from the same encoding, and may not say the same three tokens twice.
2. What is still astray and was heard in a short window is heard in a full one: too short a context is what a
   decoder most often loses its way in. Recognisers that were taught short windows find no more in full ones, so
   they are not asked.
3. Of all that does not loop, and fits into the time, the most probable is taken. If everything loops, the first
   round of it is what is left, and all of it is doubtful.

Nothing is drawn at random: CTranslate2's generator is seeded once for a thread, not for an utterance, so the same
audio would be heard otherwise the next time; and on what Whisper base hardly believed in the clips of two people
(2 of 175 in windows of ten seconds), five draws at 0.4 were worse than what they were to replace (11 errors for 7,
in 9 words) and the full window was better (3). That is few; of loops there was none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.whisper.decoding import Decoded, Decoder
from models.whisper.ghosts import UNSURE
from models.whisper.repetition import repeated

NO_REPEAT = 3
"""Tokens that a second decoding may not say twice in the same order. With six, loops of "y, y, y" only turned into
others ("ya, ya, ya")."""
SURE = -0.4
"""Mean log-probability above which a repetition that came to its end is believed: somebody says "no, no, no, …".
Loops of Whisper base on synthetic voices had -0.54 to -0.87."""
DOUBTED = 0.3
"""The highest probability of a word that was left of a loop."""


def settled(
    decoder: Decoder,
    encoded: Any,
    seconds: float,
    speech_seconds: float | None,
    in_full: Callable[[], Any] | None,
) -> tuple[Decoded, float]:
    """The decoding of a window to be taken, and the highest probability that its words may have.

    Args:
        encoded: the window.
        seconds: length of its audio.
        speech_seconds: how much of it is speech, where known.
        in_full: encodes the same audio in a full window; None where it is one, or would be no help.
    """
    tried: list[Decoded] = []
    for window in (lambda: encoded, in_full):
        if window is None:
            break
        inside = window()
        for options in ({}, {"no_repeat_ngram_size": NO_REPEAT}):
            tried.append(decoder.decode(inside, seconds, speech_seconds, **options))
            if _believed(tried[-1]):
                return tried[-1], 1.0
            if not tried[-1].looping:
                break
    if straight := [one for one in tried if not one.looping]:
        return max(straight, key=lambda one: (not one.evidence.hurried, one.evidence.log_probability)), 1.0
    return _cut(decoder, tried[0]), DOUBTED


def _believed(one: Decoded) -> bool:
    """Whether a decoding needs no other."""
    evidence = one.evidence
    if evidence.silent:
        return True
    if one.looping:
        return one.ended and not evidence.doubtful and evidence.log_probability > SURE
    return evidence.log_probability >= UNSURE and not evidence.hurried


def _cut(decoder: Decoder, one: Decoded) -> Decoded:
    """What came before a loop, and its first round."""
    found = repeated(one.evidence.text, 2)
    return decoder.shortened(one, found[1]) if found else one
