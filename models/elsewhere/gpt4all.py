"""GPT4All: GGUF files in ~/.local/share/nomic.ai/GPT4All; those of its Python library in ~/.cache/gpt4all.

(nomic-ai/gpt4all: gpt4all-chat/src/mysettings.cpp; gpt4all-bindings/python/gpt4all/gpt4all.py)
"""

from __future__ import annotations

from collections.abc import Iterator

from models.elsewhere.seen import Seen, data_home, ggufs, home

PROGRAM = "GPT4All"


def seen() -> Iterator[Seen]:
    return ggufs(PROGRAM, data_home() / "nomic.ai" / "GPT4All", home() / ".cache" / "gpt4all")
