"""Split the corrected segments into train, dev and test, so that a test can be trusted.

What belongs together stays together: a block goes to one split as a whole. A recording's block is the one it
was given; else its speakers, where there are enough of them; else its session, else the recording
itself. A block, once given, is kept in the recording, so new segments join the split of theirs, and nothing that a
model trained on moves into what it is tested on.

What is in the test stays there for ever. Whatever else resembles it, by its words or by its sound, or shares a
block with it, is kept out of train and dev; that is looked at again whenever the splits are made.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.dataset.blocks import blocks_of
from core.dataset.leaks import between
from core.dataset.near_duplicates import LEAST_WORDS
from store.database import Store
from store.errors import StoreError
from store.segments.splits import USED, set_blocks, set_split
from store.segments.splits import blocks as given_blocks
from store.units import SAMPLE_RATE

SHARES = (0.8, 0.1, 0.1)

READ = """
SELECT id, recording_id, "end" - start AS samples, split, text, sameness, length, fingerprint FROM segments
WHERE status != 'retired' AND (split != '' OR (status = 'corrected' AND reference IS NOT NULL)) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A segment that is in no split although it is corrected."""

    segment: int
    reason: str


@dataclass(frozen=True, slots=True)
class SplitShare:
    """What a split has."""

    segments: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a split did, or would do."""

    splits: dict[str, SplitShare]
    """train, dev, test and out."""
    moved: int
    """Segments that are in another split than before."""
    kept_out: tuple[KeptOut, ...]


def assign(store: Store, shares: Sequence[float] = SHARES, seed: int = 0, pretend: bool = False) -> Assigned:
    """Split all corrected segments by seconds of audio; the same data, shares and seed give the same splits.

    Args:
        shares: of train, dev and test, in any unit.
        seed: decides which of equal blocks goes where; blocks that are in a split stay in it.
        pretend: only say what would be done.

    Raises:
        StoreError: shares that are none; the database is damaged, full or busy. Nothing is changed then.
    """
    wanted = checked(shares)
    rows = store.execute(READ)
    held: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        held[row["recording_id"]].update({row["split"]} & set(USED))
    blocks = blocks_of(store, held, wanted[0])
    splits, reasons = _split_of_segments(rows, blocks, _split_of_blocks(rows, blocks, wanted, seed))
    moved = sum(row["split"] != splits[row["id"]] for row in rows)
    if not pretend:
        with store.transaction():
            given = set(given_blocks(store))
            set_blocks(store, {one: block for one, block in blocks.items() if one not in given})
            for split in (*USED, "out"):
                set_split(store, [number for number, into in splits.items() if into == split], split)
    return Assigned(_counted(rows, splits), moved, tuple(KeptOut(*item) for item in sorted(reasons.items())))


def _split_of_segments(
    rows: Sequence[Any], blocks: Mapping[int, str], chosen: Mapping[str, str]
) -> tuple[dict[int, str], dict[int, str]]:
    """The split of every segment, and why those that are out are out."""
    splits: dict[int, str] = {}
    reasons: dict[int, str] = {}
    for row in rows:
        number, block = row["id"], blocks[row["recording_id"]]
        splits[number] = "test" if row["split"] == "test" else chosen[block]
        if splits[number] == "test" and row["split"] not in ("", "test"):
            # A model may have been trained on it, so it cannot join the test either.
            splits[number], reasons[number] = "out", f"Its block, {block}, is in the test."
    others = [row for row in rows if splits[row["id"]] in ("train", "dev")]
    tested = [row for row in rows if splits[row["id"]] == "test"]
    for leak in reversed(between(others, tested)):  # so that words are named before sound
        how = "says nearly the same as" if leak.kind == "text" else "sounds the same as"
        splits[leak.train_segment] = "out"
        reasons[leak.train_segment] = f"It {how} segment {leak.test_segment} of the test."
    return splits, reasons


def checked(shares: Sequence[float]) -> tuple[float, float, float]:
    """Shares of train, dev and test that add up to 1.

    Raises:
        StoreError: not three, a negative one, or no train.
    """
    right = len(shares) == 3 and all(share >= 0 for share in shares) and shares[0] > 0
    if not right or not math.isfinite(sum(shares)):  # large numbers may add up to infinity
        given = ",".join(f"{share:g}" for share in shares)
        raise StoreError(f"“{given}” are no shares of train, dev and test", "give three numbers such as 80,10,10")
    train, dev, test = (share / sum(shares) for share in shares)
    return train, dev, test


def _split_of_blocks(
    rows: Sequence[Any], blocks: Mapping[int, str], wanted: Sequence[float], seed: int
) -> dict[str, str]:
    """The split of every block: the one it is in, else the one that lacks most."""
    size: dict[str, int] = defaultdict(int)
    held: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        block = blocks[row["recording_id"]]
        size[block] += row["samples"]
        held[block].add(row["split"])
    chosen: dict[str, str] = {
        block: next(split for split in ("test", "train", "dev") if split in splits)
        for block, splits in held.items()
        if splits & set(USED)
    }
    # The first fill the training, so what several blocks say goes first: in the test it would keep them all out.
    shared = _shared(rows, blocks)
    free = sorted(set(size) - set(chosen), key=lambda one: (-round(10 * shared[one] / size[one]), _lot(seed, one)))
    target = {split: share * sum(size.values()) for split, share in zip(USED, wanted, strict=True) if share}
    # Where blocks are big beside a split, the big ones go first, and the small ones fill what is left.
    if free and max(size[block] for block in free) > min(target.values()) / 2:
        free.sort(key=lambda block: -size[block])
    for split in chosen.values():
        target.setdefault(split, 0.0)
    for block, split in chosen.items():
        target[split] -= size[block]
    for left, block in zip(range(len(free), 0, -1), free, strict=True):
        # A split of its own for the last blocks, or the smallest splits would stay empty.
        empty = [split for split in ("train", "test", "dev") if split in target and split not in chosen.values()]
        split = empty[0] if left <= len(empty) else max(target, key=lambda one: target[one])
        chosen[block] = split
        target[split] -= size[block]
    return chosen


def _shared(rows: Sequence[Any], blocks: Mapping[int, str]) -> dict[str, int]:
    """Samples of every block in which something is said that another block says, too."""
    places: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row["sameness"] is not None and row["length"] >= LEAST_WORDS:
            places[row["sameness"]].add(blocks[row["recording_id"]])
    shared: dict[str, int] = defaultdict(int)
    for row in rows:
        if len(places.get(row["sameness"], ())) > 1:
            shared[blocks[row["recording_id"]]] += row["samples"]
    return shared


def _lot(seed: int, block: str) -> bytes:
    return hashlib.blake2b(f"{seed} {block}".encode()).digest()


def _counted(rows: Sequence[Any], splits: Mapping[int, str]) -> dict[str, SplitShare]:
    counts = {split: SplitShare() for split in (*USED, "out")}
    for row in rows:
        had = counts[splits[row["id"]]]
        seconds = had.seconds + row["samples"] / SAMPLE_RATE
        counts[splits[row["id"]]] = SplitShare(had.segments + 1, seconds)
    return counts
