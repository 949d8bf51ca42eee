"""A data folder with as many segments as the desk shall be measured with, made in bulk and always the same.

The sentences are no Spanish that anyone would say, but their words are Spanish and as common and as rare
as words are in any language (Zipf's law), which is what an index notices. Every recording is there, and
is silence but for a tone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from core.conversation.vocabulary import WORDS
from core.review.lint.rules import version
from models.evaluation.spoken import RULE
from store.audio.folder import SAMPLE_RATE, AudioFolder
from store.database import Store
from store.errors import StoreError
from store.schema.migrations import FOLD, split
from store.schema.score_tables import COUNT_ALL
from store.segments.edits import STATUSES
from store.text import shown

AUTHOR = "ana"
MOMENT = "2026-01-01T12:00:00.000+00:00"
COMMON = (
    "de la que el en y a los se no un por con una su para es al lo como más o pero sus le ya porque esta muy "
    "sin sobre también me hasta hay donde quien desde todo nos durante todos uno les ni contra otros ese eso "
    "había ante ellos esto mí antes algunos qué unos yo otro otras él tanto esa estos mucho nada cuando casa"
)
VOCABULARY = 20_000
MOST_WORDS = 20
SPEAKERS = ("Ana", "Beatriz", "Carlos", "Diego", "Elena", "Félix", "Gabriela", "Hugo", "Inés", "Juan", "learner")
SHARES = (0.77, 0.2, 0.01, 0.01, 0.01)
"""Of each status."""
IN_A_RECORDING = 5_000
RECORDING_SECONDS = 300
"""Segments overlap, so that a few recordings are enough for all of them."""
AT_ONCE = 20_000


def fill(folder: Path, segments: int) -> None:
    """Make the database of an empty data folder, with that many segments.

    A million take about a minute and 1.3 GB.

    Raises:
        StoreError: the folder cannot be written, or there are recordings in it already.
    """
    with Store.open(folder) as store:
        if store.execute("SELECT 1 FROM recordings LIMIT 1"):
            raise StoreError(f"There are recordings in {shown(folder)} already", "choose an empty folder", folder)
    words = np.array(_words(), dtype=object)
    recordings = _recordings(AudioFolder(folder), -(-segments // IN_A_RECORDING))
    with closing(sqlite3.connect(folder / "tertulia.db", isolation_level=None)) as database:
        # What is cut short here is made again.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        later = database.execute(
            "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        ).fetchall()
        for kind, name, _ in later:
            database.execute(f"DROP {kind} {name}")
        _insert(database, "recordings", recordings)
        for begin in range(0, segments, AT_ONCE):
            for table, rows in _some(begin, min(AT_ONCE, segments - begin), words).items():
                _insert(database, table, rows)
        _index(database)
        for _, _, sql in later:
            database.execute(sql)
        database.execute("COMMIT")
        database.execute("PRAGMA journal_mode = WAL")


def _recordings(audio: AudioFolder, number: int) -> list[dict[str, Any]]:
    """Recordings of a tone and silence, each of another pitch; their files are in place."""
    samples = RECORDING_SECONDS * SAMPLE_RATE
    found = []
    for index in range(number):
        sound = np.zeros(samples, np.int16)
        sound[:SAMPLE_RATE] = 3000 * np.sin(np.arange(SAMPLE_RATE) * (0.05 + 0.0001 * index))
        found.append(
            {
                "id": index + 1,
                "sha256": audio.put(sound),
                "samples": samples,
                "source": "microphone" if index % 4 == 0 else "file",
                "origin": f"grabación {index + 1}",
                "created_at": MOMENT,
            }
        )
    return found


def _some(begin: int, size: int, words: NDArray[np.object_]) -> dict[str, list[dict[str, Any]]]:
    """The rows of `size` segments after the first `begin`, by table."""
    random = np.random.default_rng(begin)
    lengths = 1 + np.minimum(random.poisson(7, size), MOST_WORDS - 1)
    drawn = words[random.choice(len(words), (size, MOST_WORDS), p=_zipf(len(words)))]
    sure = np.round(random.beta(9, 1.2, (size, MOST_WORDS)), 3)
    status = random.choice(len(STATUSES), size, p=SHARES)
    speaker = random.choice(len(SPEAKERS), size, p=_zipf(len(SPEAKERS)))
    start = (
        np.arange(begin, begin + size) % IN_A_RECORDING * (RECORDING_SECONDS - 12) * SAMPLE_RATE // IN_A_RECORDING
    )
    end = start + (lengths * random.uniform(0.3, 0.55, size) * SAMPLE_RATE).astype(np.int64) + 4000
    loudness = np.round(random.normal(-26, 6, size), 1)
    tables: dict[str, list[dict[str, Any]]] = {"segments": [], "hypotheses": [], "actions": [], "corrections": []}
    for row in range(size):
        number, length = begin + row + 1, int(lengths[row])
        said, chances = drawn[row, :length].tolist(), sure[row, :length].tolist()
        # What is wrong is a word in the place of another.
        wrong = [word if chance > 0.5 else said[0] for word, chance in zip(said, chances, strict=True)]
        heard, text = _sentence(wrong), _sentence(said)
        state = {
            "start": int(start[row]),
            "end": int(end[row]),
            "speaker": SPEAKERS[speaker[row]],
            "status": "new",
            "reason": "",
            "note": "",
            "reference": None,
            "proposal": None,
        }
        became = dict(state)
        if status[row]:
            became["status"] = STATUSES[status[row]]
            if became["status"] == "corrected":
                became["reference"] = text
            kind = {"corrected": "accept" if heard == text else "correct", "skipped": "skip", "flagged": "flag"}
            _decide(tables, number, kind.get(str(became["status"]), "unsure"), state, became)
        mistakes = sum(one != other for one, other in zip(wrong, said, strict=True))
        known = became["reference"] is not None
        tables["segments"].append(
            {
                "id": number,
                "recording_id": 1 + (number - 1) // IN_A_RECORDING,
                "created_at": MOMENT,
                **became,
                "revision": tables["corrections"][-1]["id"] if status[row] else 0,
                "heard": heard,
                "model": "ear",
                "confidence": sum(chances) / length,
                "doubt": 0.0,
                "expected": round(length - sum(chances), 3),
                "length": length,
                "sameness": crc32(text.encode()),
                "warnings": 1 << (number % 8) if number % 37 == 0 else 0,
                "rules": version(),
                "errors": mistakes if known else None,
                "words": length if known else None,
                "character_errors": mistakes * 4 if known else None,
                "characters": len(text) if known else None,
                "score_rule": RULE,
                "strict_errors": mistakes if known else None,
                "strict_words": length if known else None,
                "loudness": float(loudness[row]),
                "snr": 20.0,
                "clipped": 0.0,
                "band": 8000.0,
                "split": ("train", "dev", "test")[number % 3] if known else "",
            }
        )
        tables["hypotheses"].append(
            {
                "id": number,
                "segment_id": number,
                "model": "ear",
                "text": heard,
                "words": _timed(wrong, chances),
                "compute_seconds": 0.1,
                "created_at": MOMENT,
            }
        )
    return tables


def _decide(
    tables: dict[str, list[dict[str, Any]]], number: int, kind: str, was: dict[str, Any], became: dict[str, Any]
) -> None:
    """Add the action that led to a segment's state, and its entry; both have the segment's number."""
    seconds = (was["end"] - was["start"]) / SAMPLE_RATE
    tables["actions"].append(
        {
            "id": number,
            "author": AUTHOR,
            "kind": kind,
            "summary": "",
            "seconds": 3 + 1.4 * seconds,
            "keystrokes": 1 if kind == "accept" else 12,
            "created_at": MOMENT,
        }
    )
    tables["corrections"].append(
        {
            "id": number,
            "segment_id": number,
            "author": AUTHOR,
            "kind": kind,
            "before": None,
            "after": became["reference"],
            "listened_seconds": seconds,
            "created_at": MOMENT,
            "action_id": number,
            "was": _json(was),
            "became": _json(became),
        }
    )


def _index(database: sqlite3.Connection) -> None:
    """What the triggers do one row at a time, for all rows at once."""
    for sql in (
        f"INSERT INTO said (rowid, text) SELECT id * 4 + 1, {FOLD.format('text')} FROM hypotheses",
        f"INSERT INTO said (rowid, text) SELECT id * 4 + 2, {FOLD.format('after')} FROM corrections "
        "WHERE after IS NOT NULL",
        f"INSERT INTO texts (rowid, text) SELECT id, {FOLD.format('text')} FROM segments",
        *split(COUNT_ALL),
    ):
        database.execute(sql)


def _insert(database: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        columns = ", ".join(f'"{name}"' for name in rows[0])
        marks = ", ".join("?" * len(rows[0]))
        values: Iterator[tuple[Any, ...]] = (tuple(row.values()) for row in rows)
        database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def _words() -> list[str]:
    """Spanish words, the commonest first."""
    lines = (line.partition("\t")[0] for line in WORDS.read_text(encoding="utf-8").splitlines())
    common = COMMON.split()
    rare = sorted({word for word in lines if word.isalpha()} - set(common))
    order = np.random.default_rng(0).permutation(len(rare))
    return [*common, *(rare[index] for index in order)][:VOCABULARY]


def _zipf(number: int) -> NDArray[np.float64]:
    """How common the first, second… of so many things are."""
    shares: NDArray[np.float64] = 1 / (np.arange(number) + 2.7)
    return shares / float(shares.sum())


def _sentence(words: list[str]) -> str:
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


def _timed(words: list[str], chances: list[float]) -> str:
    """The words of a hypothesis as JSON, a third of a second each."""
    return _json(
        [
            {"word": word, "start": round(at / 3, 2), "end": round(at / 3 + 0.3, 2), "probability": chance}
            for at, (word, chance) in enumerate(zip(words, chances, strict=True))
        ]
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
