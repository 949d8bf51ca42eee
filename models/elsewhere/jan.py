"""Jan: llamacpp/models/MODEL/model.gguf in its data folder, ~/.config/Jan/data; older ones models/ there or in ~/jan.

Of a model that it was only pointed at, it keeps a note and no file. (jan.ai/docs/desktop/data-folder)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from models.elsewhere.seen import Seen, ggufs, home

PROGRAM = "Jan"


def seen() -> Iterator[Seen]:
    data = Path(os.environ.get("XDG_CONFIG_HOME") or home() / ".config") / "Jan" / "data"
    return ggufs(PROGRAM, data / "llamacpp" / "models", data / "models", home() / "jan" / "models")
