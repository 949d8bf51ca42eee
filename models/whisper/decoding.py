"""One decoding of an encoded window: what Whisper writes, how sure it is of it, and what else it thought of.

Without timestamps: word times come from the alignment anyway, and the text is better for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.whisper.ghosts import WindowEvidence
from models.whisper.repetition import repeated

BEAM = 5
MAX_TOKENS = 448
"""Text positions of every Whisper, prompt included."""
AT_LEAST = 20
"""Tokens that every window has room for, however short its audio …"""
A_SECOND, A_SECOND_OF_LETTERS = 10, 30
"""… and those for each second of it: where a token is a syllable or a word, and where it is a letter or two. People
need fewer: 3.1 in the median and 6.5 at the most in 172 prompts read aloud, 5.0 and 8.6 (99th percentile) in 890
clips of one to four seconds. A loop is cut short by it."""
SYLLABLES = 10_000
"""Tokens of a vocabulary from which on they are syllables and words; the real Whisper's has 50,000."""


@dataclass(frozen=True)
class Decoded:
    """What was heard in one window."""

    encoded: Any
    """The window, as the encoder left it."""
    tokens: list[int]
    """Of the text."""
    evidence: WindowEvidence
    variants: list[tuple[str, float]]
    """Text and log-probability of the whole n-best list, the best first."""
    ended: bool
    """Whether it came to an end before its room did."""

    @cached_property
    def looping(self) -> bool:
        """It says one thing again and again, or twice where there is no time for it, or finds no end."""
        times = 2 if self.evidence.hurried else None
        return not self.ended or self.evidence.looping or repeated(self.evidence.text, times) is not None


class Decoder:
    """A loaded Whisper's decoder, with beam search.

    Args:
        model, tokenizer: CTranslate2's and faster-whisper's own.
        suppressed: tokens that are never written.
    """

    def __init__(self, model: Any, tokenizer: Any, suppressed: Any) -> None:
        self._model, self._tokenizer, self._suppressed = model, tokenizer, suppressed
        self._rate = A_SECOND if tokenizer.eot >= SYLLABLES else A_SECOND_OF_LETTERS

    def room(self, seconds: float) -> int:
        """Tokens that a text of so many seconds may have."""
        return AT_LEAST + int(seconds * self._rate)

    def decode(self, encoded: Any, seconds: float, speech_seconds: float | None, **options: int) -> Decoded:
        """What is said in an encoded window.

        Args:
            seconds: length of its audio.
            speech_seconds: how much of it is speech, where known.
            options: more of CTranslate2's, such as `no_repeat_ngram_size`.
        """
        prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        longest = min(MAX_TOKENS - len(prompt), self.room(seconds))
        result = self._model.generate(
            encoded,
            [prompt],
            beam_size=BEAM,
            num_hypotheses=BEAM,  # the search has found them anyway
            max_length=len(prompt) + longest,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
            **options,
        )[0]
        variants = [
            (self._tokenizer.decode(tokens).strip(), score * len(tokens))  # the library gives means
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
        ]
        tokens: list[int] = result.sequences_ids[0]
        text, log_probability = variants[0]
        evidence = WindowEvidence(
            text=text,
            no_speech=float(result.no_speech_prob),
            log_probability=log_probability / (len(tokens) + 1),
            speech_seconds=speech_seconds,
        )
        words = [token for token in tokens if token < self._tokenizer.eot]
        return Decoded(encoded, words, evidence, variants, len(tokens) < longest)

    def shortened(self, decoded: Decoded, letters: int) -> Decoded:
        """The same as if its text had ended after so many letters; what else was thought of is left out."""
        text = decoded.evidence.text[:letters].rstrip(" ,;:-")
        tokens: list[int] = []
        for token in decoded.tokens:
            if len(self._tokenizer.decode(tokens).strip()) >= len(text):
                break
            tokens.append(token)
        variants = [(self._tokenizer.decode(tokens).strip(), decoded.variants[0][1])]
        return Decoded(decoded.encoded, tokens, decoded.evidence, variants, ended=True)
