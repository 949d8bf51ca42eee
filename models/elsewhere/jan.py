"""Jan: llamacpp/models/MODEL/model.gguf in its data folder; older ones have models/ there, or in ~/jan.

The data folder is ~/.local/share/Jan/data, before that it was ~/.config/Jan/data. Of a model that it was only
pointed at, Jan keeps a note and no file. (janhq/jan: src-tauri/src/core/app/commands.rs, default_data_folder_path)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from models.elsewhere.seen import Seen, data_home, ggufs, home

PROGRAM = "Jan"
MODELS = (Path("llamacpp") / "models", Path("models"))


def seen() -> Iterator[Seen]:
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home() / ".config")
    folders = [base / "Jan" / "data" / models for base in (data_home(), config) for models in MODELS]
    return ggufs(PROGRAM, *folders, home() / "jan" / "models")
