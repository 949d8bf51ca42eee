"""Text that is safe to keep and to show.

Transcripts, notes and file names come from people, models and files, and end up in a terminal: an
escape sequence could repaint it, a bidirectional override could make a line read as another. All
text passes through `clean` on its way into the store. Markup such as "[b]" is left alone, because a
person may have typed it: whoever draws text must draw it literally.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import StoreError

LIMIT = 10_000
"""Characters that one piece of text may have; the longest turn so far spoken has a few hundred."""

ESCAPE = re.compile(
    # Strings meant for the terminal (titles, links, device control). A payload ends where the next
    # sequence begins, so that hostile input costs linear time.
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x80-\x9f]*+(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    r"|\x1b[ -/]*+[0-~]"
)
JOINER = "\u200d"
"""The one format character kept: without it 👩‍🏫 falls apart into two people."""
_known_as: dict[Path, Path] = {}
"""Folders, and what they are called; see `known_as`."""


def clean(text: str, limit: int | None = LIMIT) -> str:
    """The text in NFC, on one line, with nothing in it that a terminal or a reader could be fooled by.

    Escape sequences, control and format characters (bidirectional overrides among them) and lone
    surrogates are removed; runs of white space become one space. Cleaning twice changes nothing.

    Raises:
        StoreError: what remains is longer than `limit` characters.
    """
    text = ESCAPE.sub("", text)
    text = "".join(char for char in text if char == JOINER or char.isspace() or not _hidden(char))
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if limit is not None and len(text) > limit:
        raise StoreError(
            f"The text that begins “{text[:30]}…” has {len(text):,} characters and {limit:,} is the most that "
            "one piece may have",
            "split it",
        )
    return text


@contextmanager
def known_as(folder: Path, path: Path) -> Iterator[None]:
    """For the length of the block, in any thread, `shown` names what lies in a folder as if it lay in `path`.

    Sentences about an archive name the file that the person knows, not the folder it was unpacked into.
    """
    _known_as[folder] = path
    try:
        yield
    finally:
        del _known_as[folder]


def shown(path: Path) -> str:
    """A path as it may stand in a sentence on a screen."""
    for folder, known in tuple(_known_as.items()):
        if path.is_relative_to(folder):
            path = known / path.relative_to(folder)
    return clean(str(path), limit=None)


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs")
