"""Nothing that a person, a model or a file says can reach into a terminal."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import StoreError
from store.text import clean, shown
from tests.patience import PATIENCE


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("¿Qué tal?\n\tMuy  bien. ", "¿Qué tal? Muy bien."),
        ("\x1b[31mrojo\x1b[0m", "rojo"),
        ("antes\x1b]0;another title\x07después", "antesdespués"),
        ("antes\x1b]8;;http://example.org\x1b\\enlace\x1b]8;;\x1b\\", "antesenlace"),
        ("\x9b2Jborrado \x90device\x9cfin", "borrado fin"),
        ("unfinished \x1b]0;title", "unfinished 0;title"),
        ("safe\u202etxt.exe\u2066", "safetxt.exe"),
        ("a\x00b\x08c\x7fd\u200be\ufefff", "abcdef"),
        ("nin\u0303o", "niño"),
        ("n\u200b\u0303", "ñ"),
        ("half a pair \ud83d", "half a pair"),
        ("👩‍🏫 enseña [b]fuerte[/b]", "👩‍🏫 enseña [b]fuerte[/b]"),
    ],
)
def test_what_is_kept_of_a_text(raw: str, kept: str) -> None:
    assert clean(raw) == kept


@given(st.text(st.characters(), max_size=200) | st.from_regex(r"(\x1b[\[\]P()]?[0-9;]{0,5}[a-zA-Z]?){1,9}"))
def test_clean_text_is_harmless_storable_and_stays_as_it_is(raw: str) -> None:
    text = clean(raw, limit=None)

    assert not {unicodedata.category(char) for char in text} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert text == text.strip() and "  " not in text
    assert text.encode() is not None
    assert clean(text, limit=None) == text


@given(st.text("aáñ ¿?.,", max_size=100))
def test_plain_spanish_only_loses_surplus_white_space(raw: str) -> None:
    assert clean(raw) == " ".join(raw.split())


def test_a_text_beyond_the_limit_is_refused_with_its_length() -> None:
    assert len(clean("a" * 10_000)) == 10_000
    with pytest.raises(StoreError, match=r"aaa…” has 10,001 characters and 10,000 is the most"):
        clean("a" * 10_001)


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("piece", ["\x1b]", "\x9d", "\x1b[", "\x1b[0;", "\x1bP0", "\x9b;"])
def test_a_flood_of_unfinished_sequences_takes_no_time(piece: str) -> None:
    assert "\x1b" not in clean(piece * 200_000, limit=None)


def test_a_file_name_is_shown_without_its_escapes() -> None:
    assert shown(Path("/tmp/\x1b[2Jvoz.wav")) == "/tmp/voz.wav"
