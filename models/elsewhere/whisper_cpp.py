"""whisper.cpp: ggml-base.bin and the like, a format that is not read here, to be said and not to be passed over.

The files lie where whisper.cpp itself was built (models/ of its folder: models/download-ggml-model.sh of
ggml-org/whisper.cpp), in ~/.cache/whisper.cpp or ~/.cache/whisper, or where pywhispercpp puts them
(~/.local/share/pywhispercpp/models: pywhispercpp/constants.py of absadiki/pywhispercpp).
"""

from __future__ import annotations

from collections.abc import Iterator

from models.elsewhere.seen import Seen, below, data_home, home

PROGRAM = "whisper.cpp"
BEGINNING, SUFFIX = "ggml-", ".bin"


def seen() -> Iterator[Seen]:
    folders = [
        home() / "whisper.cpp" / "models",
        home() / "src" / "whisper.cpp" / "models",
        home() / ".cache" / "whisper.cpp",
        home() / ".cache" / "whisper",
        data_home() / "pywhispercpp" / "models",
    ]
    for file in below(*folders):
        if file.name.startswith(BEGINNING) and file.suffix == SUFFIX and "silero" not in file.name:
            yield Seen(PROGRAM, file.stem.removeprefix(BEGINNING), file)
