"""What the decoder is shown and what it should say, in a base's own vocabulary.

Built by hand, because the usual way goes wrong twice: the tokenizer's text already begins with
<|startoftranscript|> and shifting puts a second one before it, and masking by the padding's id masks the end
of the text as well, whose id is the same; the model then learns never to stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from trainer.contract.errors import JobError

IGNORE = -100
STAMP = 0.02
"""Seconds from one timestamp to the next."""
STAMPS = 1500
"""The last one, 30 s."""


@dataclass(frozen=True)
class TimedText:
    """A text and when it begins and ends, in seconds from the window's start."""

    text: str
    start: float
    end: float


class Labels:
    """The tokenizer of a base folder, for Spanish transcription. Raises JobError where it lacks what is needed."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._folder = folder
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.end = self._needed("<|endoftext|>")
        self.prompt = [self._needed(f"<|{name}|>") for name in ("startoftranscript", "es", "transcribe")]
        self.no_timestamps = self._needed("<|notimestamps|>")
        self._no_speech = self._id("<|nospeech|>") or self._id("<|nocaptions|>")
        # Some folders leave the timestamps out of the file, though the network has their rows.
        self._first_stamp = self._id("<|0.00|>")

    def positions(self, text: str) -> int:
        """How many of the decoder's positions a text takes at most."""
        return len(self._text(text)) + len(self.prompt) + 3

    def pair(self, said: list[TimedText], timestamps: bool) -> tuple[list[int], list[int]]:
        """Decoder input and targets of one window, of equal length.

        Args:
            said: one or more stretches of speech in order; none where nobody speaks.
            timestamps: mark when each begins and ends, if the tokenizer can.
        """
        if timestamps and self._first_stamp is not None and said:
            marked = ((self._stamp(one.start), *self._text(one.text), self._stamp(one.end)) for one in said)
            text = [token for one in marked for token in one]
            prompt = self.prompt
        else:
            text = self._text(" ".join(one.text for one in said))
            prompt = [*self.prompt, self.no_timestamps]
        wanted = [IGNORE] * (len(prompt) - 1) + [*text, self.end]
        # Whisper names the language there, or says that nobody speaks.
        language = prompt[1] if text else self._no_speech
        wanted[0] = IGNORE if language is None else language
        return [*prompt, *text], wanted

    def batch(self, pairs: list[tuple[list[int], list[int]]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs and targets as two tensors [n, longest]; padding is ignored by its place, not its id."""
        longest = max(len(given) for given, _ in pairs)
        given = torch.full((len(pairs), longest), self.end)
        wanted = torch.full((len(pairs), longest), IGNORE)
        for row, (left, right) in enumerate(pairs):
            given[row, : len(left)] = torch.tensor(left)
            wanted[row, : len(right)] = torch.tensor(right)
        return given, wanted

    def words(self, ids: list[int]) -> str:
        """The text of token ids, without special tokens and timestamps."""
        return str(self._tokenizer.decode([token for token in ids if token < self.end])).strip()

    def _text(self, text: str) -> list[int]:
        """With the leading space that Whisper's texts carry; no token that has a meaning of its own."""
        ids = self._tokenizer.encode(" " + text, add_special_tokens=False).ids if text else []
        return [token for token in ids if token < self.end]

    def _stamp(self, seconds: float) -> int:
        assert self._first_stamp is not None
        return self._first_stamp + min(STAMPS, max(0, round(seconds / STAMP)))

    def _id(self, token: str) -> int | None:
        number = self._tokenizer.token_to_id(token)
        return None if number is None else int(number)

    def _needed(self, token: str) -> int:
        number = self._id(token)
        if number is None:
            raise JobError(f"The base in {self._folder} has no token {token}", "choose a multilingual Whisper")
        return number
