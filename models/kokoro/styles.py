"""The speakers of a Kokoro voice: of each a table of styles, one row for every length of a text.

They come as an archive of numpy arrays, `voices-v1.0.bin` or any .npz, an array a speaker. No file is trusted: an
array is read only where it has the one size that all of them have, and never unpickled.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LENGTHS, WIDTH = 510, 256
"""Rows of a table, one for each number of tokens, and the numbers in a row (hexgrad/Kokoro-82M)."""
BYTES = LENGTHS * WIDTH * 4
"""Of a table: float32."""
HEADER = 10_000
"""Bytes before a table at most; numpy reads no longer headers either (numpy.lib.format)."""
SAYS = b"'descr': '<f4'", b"'fortran_order': False", f"'shape': ({LENGTHS}, 1, {WIDTH})".encode()
"""What stands there. It is not evaluated, as numpy does."""
MOST = 1000
"""Speakers in a file; the published one has 54."""
SPANISH = ("ef_dora", "em_alex", "em_santa")
MEASURED = ("jm_kumo", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jf_alpha")
"""Speakers of another language by how well Whisper base understands their Spanish: 18 sentences of 169 words, of
which it mishears 4.7 % of the first three's, then 5.3 % and 13.0 %."""


def files(folder: Path) -> list[Path]:
    """Files of speakers in a folder, in the order in which they count. Raises OSError."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in there if path.is_file() and _holds_styles(path.name)]


def _holds_styles(name: str) -> bool:
    return name.endswith(".npz") or (name.startswith("voices") and name.endswith(".bin"))


def rank(speaker: str) -> tuple[int, int, str]:
    """To sort speakers by: Spanish ones, then those that were measured, then the rest by name."""
    for group, known in enumerate((SPANISH, MEASURED)):
        if speaker in known:
            return group, known.index(speaker), speaker
    return 2, 0, speaker


def names(file: Path, voice: str) -> list[str]:
    """The speakers of a file. Raises ModelError where it is no whole file of speakers."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise _damaged(file, voice) from error
    found = [member.filename.removesuffix(".npy") for member in members]
    sizes = all(BYTES < member.file_size <= BYTES + HEADER for member in members)
    if not found or len(found) > MOST or not sizes or not all(re.fullmatch(r"[\w.-]{1,64}", who) for who in found):
        raise _damaged(file, voice)
    return found


def read(file: Path, speaker: str, voice: str) -> NDArray[np.float32]:
    """The table of one of a file's speakers, shape (LENGTHS, WIDTH). Raises ModelError."""
    import numpy as np

    try:
        with zipfile.ZipFile(file) as archive, archive.open(f"{speaker}.npy") as member:
            body = member.read(HEADER + BYTES)
        header = body[:-BYTES]
        table = np.frombuffer(body[-BYTES:], dtype="<f4").reshape(LENGTHS, WIDTH)
        if not header.startswith(b"\x93NUMPY") or not all(part in header for part in SAYS):
            raise ValueError("another kind of array")
        if not np.isfinite(table).all():
            raise ValueError("not numbers")
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise _damaged(file, voice) from error
    return table


def _damaged(file: Path, voice: str) -> ModelError:
    return ModelError(f"The voice {voice} has no usable speakers in {file}", "install it again", file)
