"""The starter recogniser's own tokenizer, in Whisper's layout.

Small on purpose (about 650 text tokens): a word that was never seen is then still spelled from pieces that
were. Three things must hold, or the libraries that load it misbehave in silence:

- a token "" exists, else CTranslate2 takes the model for an English-only one;
- the special tokens stand in OpenAI's order, else language detection and timestamps read the wrong rows;
- " -", " '" and the music notes are single tokens, else faster-whisper's default list of suppressed tokens
  forbids the bare space and with it every word that begins with one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from transformers.models.whisper.tokenization_whisper import LANGUAGES

TEXT_TOKENS = 640
_SINGLE = [" -", " '", *(lead + note * n for note in "♩♪♫♬♭♮♯" for n in (1, 2, 3) for lead in ("", " "))]
_AFTER_LANGUAGES = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>",
                    "<|notimestamps|>"]  # fmt: skip


def special_tokens() -> list[str]:
    """Special tokens in OpenAI's order, without the 1501 timestamps that follow them."""
    languages = [f"<|{code}|>" for code in list(LANGUAGES)[:99]]
    return ["<|endoftext|>", "<|startoftranscript|>", *languages, *_AFTER_LANGUAGES]


def timestamps() -> list[str]:
    """<|0.00|> to <|30.00|> in steps of 20 ms."""
    return [f"<|{index * 0.02:.2f}|>" for index in range(1501)]


def train_tokenizer(texts: Iterable[str], folder: Path) -> None:
    """Learn byte-level BPE merges from `texts` and write tokenizer.json, vocab.json, merges.txt and
    tokenizer_config.json into `folder`."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    # Merges for the single tokens come first and cost a handful of the budget; learning from text cannot
    # promise them, since ordinary Spanish has none.
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=TEXT_TOKENS - 1, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    often = [text for text in _SINGLE for _ in range(4000)]
    tokenizer.train_from_iterator([*(" " + text for text in texts), *often], trainer)
    learned = json.loads(tokenizer.to_str())["model"]
    vocabulary = dict(learned["vocab"])
    vocabulary[""] = len(vocabulary)
    merges = [tuple(pair) for pair in learned["merges"]]
    whole = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    whole.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    whole.decoder = decoders.ByteLevel()
    whole.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special_tokens()])
    whole.add_tokens([AddedToken(token, special=False, normalized=False) for token in timestamps()])
    folder.mkdir(parents=True, exist_ok=True)
    whole.save(str(folder / "tokenizer.json"))
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = {
        "tokenizer_class": "WhisperTokenizer",
        "bos_token": "<|endoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 448,
        "add_prefix_space": False,
        "additional_special_tokens": special_tokens(),
        "language": "es",
        "task": "transcribe",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


class Tokens:
    """The tokenizer of `folder`, with the ids that training needs by name."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.end = self.id("<|endoftext|>")
        self.start = self.id("<|startoftranscript|>")
        self.spanish = self.id("<|es|>")
        self.transcribe = self.id("<|transcribe|>")
        self.no_speech = self.id("<|nospeech|>")
        self.no_timestamps = self.id("<|notimestamps|>")
        self.first_timestamp = self.id("<|0.00|>")
        self.size = self.tokenizer.get_vocab_size()

    def id(self, token: str) -> int:
        """The id of one token; ValueError when the tokenizer has none such."""
        number = self.tokenizer.token_to_id(token)
        if number is None:
            raise ValueError(f"the tokenizer has no token {token!r}")
        return int(number)

    def text(self, text: str) -> list[int]:
        """Token ids of `text`, with the leading space that Whisper's labels carry."""
        return list(self.tokenizer.encode(" " + text, add_special_tokens=False).ids) if text else []

    def words(self, ids: list[int]) -> str:
        """The text of token ids, special tokens and timestamps left out."""
        return str(self.tokenizer.decode([i for i in ids if i < self.end])).strip()

    def configuration(self) -> dict[str, Any]:
        """The generation_config.json fields that follow from the vocabulary."""
        languages = {token: self.id(token) for token in special_tokens()[2:101]}
        return {
            "begin_suppress_tokens": [self.end],
            "bos_token_id": self.end,
            "decoder_start_token_id": self.start,
            "eos_token_id": self.end,
            "is_multilingual": True,
            "lang_to_id": languages,
            "language": "<|es|>",
            "max_initial_timestamp_index": 50,
            "max_length": 448,
            "no_timestamps_token_id": self.no_timestamps,
            "pad_token_id": self.end,
            "prev_sot_token_id": self.id("<|startofprev|>"),
            "return_timestamps": False,
            "suppress_tokens": [],
            "task": "transcribe",
            "task_to_id": {"transcribe": self.transcribe, "translate": self.id("<|translate|>")},
        }
