"""llama.cpp: what its own programs fetched, GGUF files in ~/.cache/llama.cpp or LLAMA_CACHE.

(ggml-org/llama.cpp: common/common.cpp, fs_get_cache_directory)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from models.elsewhere.seen import Seen, ggufs, home

PROGRAM = "llama.cpp"


def seen() -> Iterator[Seen]:
    caches = Path(os.environ.get("XDG_CACHE_HOME") or home() / ".cache")
    return ggufs(PROGRAM, Path(os.environ.get("LLAMA_CACHE") or caches / "llama.cpp"))
