"""The folder of a Whisper in CTranslate2 format, and whether all of it is there.

It is looked at before a library sees it, because the libraries answer a missing file with a traceback, a download
or a wrong default.
"""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelError
from models.files import read_json
from models.whisper import weights

WEIGHTS, CONFIG, TOKENIZER, FEATURES = "model.bin", "config.json", "tokenizer.json", "preprocessor_config.json"
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
"""One of them; the first is the newer."""


def missing_files(folder: Path) -> list[str]:
    """Files that a folder lacks."""
    missing = [name for name in (WEIGHTS, CONFIG, TOKENIZER) if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(VOCABULARIES[0])
    return missing


def check_folder(folder: Path, name: str) -> None:
    """Refuse what is not a complete CTranslate2 Whisper folder, with a ModelError."""
    if not folder.is_dir():
        raise ModelError(
            f"The recogniser {name} is not at {folder}", "choose another one, or put its folder there", folder
        )
    if missing := missing_files(folder):
        raise ModelError(
            f"The recogniser {name} in {folder} lacks {', '.join(missing)}",
            "install the whole CTranslate2 folder",
            folder,
        )
    try:
        whole = isinstance(read_json(folder / CONFIG), dict)
    except (OSError, ValueError):
        whole = False
    if not whole:
        raise ModelError(
            f"The recogniser {name} has no usable settings in {folder / CONFIG}", "install it again", folder
        )
    _check_network(folder, name)


def multilingual(folder: Path) -> bool:
    """Whether a Whisper knows more than English, as CTranslate2 tells it: its vocabulary holds an empty token."""
    tokens = vocabulary(folder)
    return tokens is None or "" in tokens


def vocabulary(folder: Path) -> list[object] | None:
    """The tokens of a Whisper in their order; None where the list makes no sense, as the library will say.

    Raises:
        OSError: it cannot be read.
    """
    try:
        if (folder / VOCABULARIES[0]).is_file():
            tokens = read_json(folder / VOCABULARIES[0])
            return tokens if isinstance(tokens, list) else None
        with (folder / VOCABULARIES[1]).open(encoding="utf-8", newline="\n") as file:
            return [line.rstrip("\r\n") for line in file]
    except ValueError:
        return None


def _check_network(folder: Path, name: str) -> None:
    """Refuse weights beside the settings or the vocabulary of another network, which no library would notice.

    Such a network hears nonsense: its words are written as others. Settings for fewer mel bands are no matter: what
    says 80 is often a library's guess, and the network itself is asked.
    """
    try:
        bands, tokens = weights.mel_bins(folder / WEIGHTS), weights.tokens(folder / WEIGHTS)
        meant, words = _bands_of_features(folder), vocabulary(folder)
    except OSError as error:
        raise ModelError(
            f"The recogniser {name} in {folder} cannot be read ({error.strerror})", "check its files", folder
        ) from error
    if bands and meant and bands < meant:
        mismatch = f"weights for {bands} mel bands and settings for {meant}"
    elif tokens and words and tokens != len(words):
        mismatch = f"weights for {tokens} tokens and a vocabulary of {len(words)}"
    else:
        return
    raise ModelError(
        f"The recogniser {name} in {folder} has {mismatch}", "install all files of one model together", folder
    )


def _bands_of_features(folder: Path) -> int | None:
    """How many mel bands a folder says that its network hears; None where it does not. Raises OSError."""
    try:
        settings = read_json(folder / FEATURES)
    except (FileNotFoundError, ValueError):
        return None  # many have none: the network itself is asked
    bands = settings.get("feature_size") if isinstance(settings, dict) else None
    return bands if isinstance(bands, int) else None
