"""Files of unknown making, read with suspicion: their encoding, the audio they name, their numbers.

UTF-8 is what everything writes today, and text in another encoding is almost never UTF-8 by chance:
so it is tried strictly, and where it fails a person sees how the text would read otherwise and
decides. Guessing between Windows' encodings is wrong too often to be done silently.
"""

from __future__ import annotations

import codecs
import errno
import json
import math
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from store.errors import EncodingError, StoreError
from store.text import clean, shown

LARGEST_DOCUMENT = 256 << 20
"""Bytes of a file that is read as a whole; tables and JSON lines may be of any size."""

LONGEST_LINE = 1 << 20
"""Bytes of one line; a transcript has a few hundred."""

AUDIO_SUFFIXES = (
    ".wav", ".flac", ".mp3", ".ogg", ".opus", ".oga", ".m4a", ".mp4", ".aac", ".webm", ".mka", ".mkv", ".mov",
    ".3gp", ".mp2", ".m4b", ".aiff", ".aif", ".caf", ".w64", ".au", ".amr", ".wv", ".wma", ".ac3",
)  # fmt: skip
"""How the names of audio files end, the best copy of the sound first."""

CHUNK = 1 << 16
"""Characters or bytes that are read at once."""

NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
"""What the system says of a name that nothing has, or can have."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's, so it is looked for before it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path, encoding: str | None = None) -> str:
    """The whole text of a document, without its byte order mark.

    Args:
        encoding: its name as a person gave it; without one a byte order mark decides, else UTF-8.

    Raises:
        StoreError: not a file, more than LARGEST_DOCUMENT bytes, another encoding, zero bytes in it.
    """
    if require_file(path).st_size > LARGEST_DOCUMENT:
        raise StoreError(
            f"{shown(path)} is larger than {LARGEST_DOCUMENT >> 20} MB, the most that is read as one document",
            "split it",
            path,
        )
    text = "".join(read_chunks(path, encoding))
    if "\0" in text:
        raise _zero_bytes(path)
    return text


def read_lines(path: Path, encoding: str | None = None) -> Iterator[str]:
    """The lines of a file of any size in constant memory, each with its own line end.

    The encoding of the whole file is checked before the first line is given out, so that a file is
    not refused when half of it has been used.

    Args:
        encoding: its name as a person gave it; without one a byte order mark decides, else UTF-8.

    Raises:
        StoreError: not a file, another encoding, a line of more than LONGEST_LINE bytes.
    """
    require_file(path)
    try:
        known = _encoding(path, encoding)
        _check(path, known, guessed=encoding is None)
        with path.open(encoding=known, newline="") as file:
            for number, line in enumerate(file):
                yield line.removeprefix("\ufeff") if number == 0 else line
    except OSError as error:
        raise unreadable(path, error) from error


def read_chunks(path: Path, encoding: str | None = None) -> Iterator[str]:
    """The text of a file of any size in constant memory, in pieces of no particular length.

    Raises:
        StoreError: not a file, another encoding.
    """
    require_file(path)
    try:
        known = _encoding(path, encoding)
        _check(path, known, guessed=encoding is None, longest=None)
        with path.open(encoding=known, newline="") as file:
            piece = file.read(CHUNK).removeprefix("\ufeff")
            while piece:
                yield piece
                piece = file.read(CHUNK)
    except OSError as error:
        raise unreadable(path, error) from error


def parse_json(text: str) -> Any:
    """The value that a piece of JSON holds.

    Raises:
        StoreError: it is not JSON, or nested deeper or with longer numbers than anything honest.
    """
    try:
        return json.loads(text, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"It is not complete, valid JSON ({why(error)})", "export it again") from error


def no_number(text: str) -> NoReturn:
    """For JSON decoders: refuse NaN and Infinity, which are not JSON. Raises ValueError."""
    raise ValueError(f"{text} is not a number")


def head(path: Path, size: int = 1 << 16) -> str:
    """The first `size` bytes of a file as text, to tell formats apart; empty where that cannot be."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            data = file.read(size)
    except (OSError, ValueError):
        return ""
    known = next((name for bom, name in BOMS if data.startswith(bom)), "utf-8")
    text = data.decode(known, errors="replace")
    return "" if "\0" in text else text


def listing(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing where it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def meant(path: Path, name: str, suffixes: tuple[str, ...], fits: Callable[[Path], bool]) -> Path | None:
    """The file that a person means: itself, in a folder the one of that name, or the only one that fits."""
    if not path.is_dir():
        return path if fits(path) else None
    if fits(path / name):
        return path / name
    found = [each for each in listing(path) if each.suffix.lower() in suffixes and fits(each)]
    return found[0] if len(found) == 1 else None


def require_path(path: Path) -> None:
    """See that a file is there, or a folder that may be looked into.

    Raises:
        StoreError: nothing of that name, something that never ends (a pipe, a device), not for us to read.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno not in NOWHERE:
            raise unreadable(path, error) from error
        raise StoreError(f"There is no file or folder {shown(path)}", "check its name", path) from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise _endless(path)


def require_file(path: Path) -> os.stat_result:
    """The status of a regular file.

    Raises:
        StoreError: it is not there, a folder, or something that never ends (a pipe, a device).
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise StoreError(f"There is no file {shown(path)}", "check its name", path) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise StoreError(f"{shown(path)} is a folder", "name a file in it", path)
    if not stat.S_ISREG(status.st_mode):
        raise _endless(path)
    return status


def audio_beside(path: Path) -> Path | None:
    """The audio file beside a transcript: `talk.wav` beside `talk.srt`, `talk.wav.srt` or `talk.es.srt`."""
    stem = path.name.removesuffix(path.suffix)
    if stem.lower().endswith(AUDIO_SUFFIXES) and isinstance(found := resolve(path.parent, stem), Path):
        return found
    for name in dict.fromkeys((stem, stem.removesuffix(Path(stem).suffix))):
        for suffix in AUDIO_SUFFIXES:
            for ending in (suffix, suffix.upper()):
                if isinstance(found := resolve(path.parent, name + ending), Path):
                    return found
    return None


def resolve(folder: Path, name: str) -> Path | str:
    """The audio file that a row names, or a sentence that says why it is not taken.

    A row may name what lies inside its folder. A whole (absolute) path is taken only where a regular
    file is there, which is what an export writes that links to its audio.
    """
    if not name.strip():
        return "No audio is named: write the audio file's name into the row."
    refused = _refused(name)
    if refused is None:
        try:
            if found := _inside(folder, name):
                return found
            refused = "leads outside its folder: put the file itself there."
        except (OSError, RuntimeError, ValueError):  # RuntimeError: links that lead to each other
            refused = f"is not there: put the file into {shown(folder)}, or correct its name."
    return f"The audio “{clean(name, limit=None)[:80]}” {refused}"


def number(text: str | float, what: str) -> float:
    """A number that is finite and not negative.

    Args:
        what: what it is the number of, for the sentence: “the duration”.

    Raises:
        StoreError: it is something else.
    """
    try:
        if isinstance(text, bool) or (isinstance(text, str) and not re.fullmatch(r"[0-9.eE+-]+", text.strip())):
            raise ValueError
        value = float(text)
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        shown_text = clean(str(text), limit=None)[:40]
        raise StoreError(f"{what[:1].upper()}{what[1:]} is “{shown_text}”", "it has to be a number of 0 or more")
    return value


def check_span(start: float | None, end: float | None) -> None:
    """See that a span runs forward; None is the beginning or the end of the audio.

    Raises:
        StoreError: negative or not finite times, an end that is not after the start.
    """
    for time, what in ((start, "the start"), (end, "the end")):
        if time is not None:
            number(time, what)
    if end is not None and end <= (start or 0.0):
        raise StoreError(f"The span from {start or 0.0:g} to {end:g} s does not run forward", "correct its times")


def seconds_of(audio: Path) -> float | None:
    """How long an audio file is by its header, or None where that does not say."""
    import soundfile

    try:
        info = soundfile.info(str(audio))
    except (OSError, RuntimeError, ValueError):
        return None
    return info.frames / info.samplerate if info.samplerate > 0 and info.frames > 0 else None


def why(error: Exception) -> str:
    """A library's complaint, as it may stand in brackets inside a sentence."""
    return clean(str(error) or type(error).__name__, limit=None).rstrip(".:")[:160]


def unreadable(path: Path, error: OSError) -> StoreError:
    """The sentence for a file or folder that the system does not let us read."""
    return StoreError(
        f"{shown(path)} cannot be read ({error.strerror or error})", "allow yourself to read it", path
    )


def _endless(path: Path) -> StoreError:
    return StoreError(f"{shown(path)} is not a file", "save what it gives to a file first", path)


def _refused(name: str) -> str | None:
    """Why no file of that name is looked for, to go after the name, or None."""
    if "\0" in name:
        return "has a zero byte in its name: rename the file."
    if name.strip().startswith("|") or name.strip().endswith("|"):
        return "is a shell command, and none is ever run: write its result to a file and name that."
    if re.match(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+://", name):
        return "lies on a network, and nothing is fetched: download it and name the file."
    if ".." in re.split(r"[/\\]", name):
        return "climbs out of its folder: put the file inside it and name it without “..”."
    return None


def _inside(folder: Path, name: str) -> Path | None:
    """The regular file of that name, or None where links lead out of the folder. Raises OSError."""
    path = Path(name)
    if path.is_absolute():
        if not stat.S_ISREG(path.lstat().st_mode):
            raise FileNotFoundError(name)
        return path
    for spelling in dict.fromkeys((name, name.replace("\\", "/"))):  # as written on Windows
        try:
            real = (folder / spelling).resolve(strict=True)
        except FileNotFoundError:
            continue
        if not real.is_relative_to(folder.resolve()):
            return None
        if real.is_file():
            return folder / spelling
    raise FileNotFoundError(name)


def _encoding(path: Path, given: str | None) -> str:
    """The encoding to read with. Raises StoreError for a name that means none; OSError."""
    if given is None:
        with path.open("rb") as file:
            start = file.read(4)
        return next((name for bom, name in BOMS if start.startswith(bom)), "utf-8")
    try:
        b" ".decode(given, errors="replace")
    except (LookupError, ValueError) as error:
        raise StoreError(f"“{clean(given)}” is no encoding’s name", "try utf-8, cp1252 or utf-16") from error
    return given


def _check(path: Path, encoding: str, guessed: bool, longest: int | None = LONGEST_LINE) -> None:
    """See that the whole file is of that encoding, and no line longer than that. Raises StoreError, OSError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        line = 1
        while piece := file.readline((longest or CHUNK) + 1):
            if longest and len(piece) > longest:
                raise StoreError(
                    f"Line {line} of {shown(path)} is longer than {longest >> 10} KB",
                    "is it the right file?",
                    f"{shown(path)}, line {line}",
                )
            _decode(decoder, piece, path, line, encoding, guessed)
            line += piece.endswith(b"\n")
        _decode(decoder, b"", path, line, encoding, guessed)


def _decode(
    decoder: codecs.IncrementalDecoder, piece: bytes, path: Path, line: int, encoding: str, guessed: bool
) -> None:
    """Decode the next piece, the empty one last. Raises StoreError."""
    try:
        decoder.decode(piece, final=not piece)
    except UnicodeError as error:
        raise _other_encoding(path, line, piece, encoding, guessed) from error


def _other_encoding(path: Path, line: int, piece: bytes, encoding: str, guessed: bool) -> StoreError:
    if guessed and b"\0" in piece:
        return _zero_bytes(path)
    place = f"{shown(path)}, line {line}"
    if guessed and encoding == "utf-8":
        preview = clean(piece.decode("cp1252", errors="replace"), limit=None)[:120]
        return EncodingError(
            f"Line {line} of {shown(path)} is not UTF-8; as Windows-1252 it would read “{preview}”",
            "if that is right",
            "cp1252",
            "save the file as UTF-8",
            place,
        )
    name = encoding.removesuffix("-sig").upper()
    return StoreError(
        f"Line {line} of {shown(path)} is not {clean(name)}", "save the file as UTF-8 and try again", place
    )


def _zero_bytes(path: Path) -> StoreError:
    return EncodingError(
        f"{shown(path)} holds zero bytes, so it is not plain text",
        "if it is UTF-16",
        "utf-16-le",
        "save it again as UTF-8",
        path,
    )
