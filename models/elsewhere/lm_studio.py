"""LM Studio: ~/.lmstudio/models/PUBLISHER/MODEL/FILE.gguf, in older ones ~/.cache/lm-studio/models.

(lmstudio.ai/docs/app/advanced/import-model)
"""

from __future__ import annotations

from collections.abc import Iterator

from models.elsewhere.seen import Seen, ggufs, home

PROGRAM = "LM Studio"


def seen() -> Iterator[Seen]:
    return ggufs(PROGRAM, home() / ".lmstudio" / "models", home() / ".cache" / "lm-studio" / "models")
