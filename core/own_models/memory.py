"""Whether a model fits into the memory of this machine, in plain words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from models.catalog import Entry
from models.kind import RECOGNISER, TUTOR, VOICE

FITS, TIGHT, TOO_BIG = "fits", "tight", "too big for this machine"
NEAR = 0.9
"""How much of the memory a model may take: the rest is the system's."""
BESIDE = {RECOGNISER: (1.5, 180), TUTOR: (1.3, 150), VOICE: (2.0, 50)}
"""Where the catalog says nothing: memory for each megabyte on the disk, and megabytes beside. Its own entries lie
near these lines."""
MEMORY = Path("/proc/meminfo")


@dataclass(frozen=True, slots=True)
class Memory:
    """That of this machine, in 10^6 bytes; 0 where it is not known."""

    total_mb: int
    free_mb: int
    """What another program could have now."""


UNKNOWN = Memory(0, 0)


def of_this_machine() -> Memory:
    """Linux says both, other systems only how much there is."""
    try:
        lines = dict(line.split(":", 1) for line in MEMORY.read_text("ascii").splitlines())
        total, free = (int(lines[key].split()[0]) * 1024 // 10**6 for key in ("MemTotal", "MemAvailable"))
        return Memory(total, free)
    except (OSError, ValueError, KeyError, IndexError):
        pass
    try:
        return Memory(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 10**6, 0)
    except (AttributeError, OSError, ValueError):
        return UNKNOWN


def needed_mb(entry: Entry) -> int:
    """What a model is expected to take when it runs: as the catalog says, else by its size. In 10^6 bytes."""
    if entry.memory_mb:
        return entry.memory_mb
    share, beside = BESIDE[entry.part]
    return round(entry.size_mb * share) + beside


def fit(needed: int, memory: Memory, running: bool = False) -> str:
    """FITS, TIGHT or TOO_BIG; empty where the machine does not say how much it has.

    Args:
        needed: in 10^6 bytes.
        running: it runs already, so that what is free is free beside it.
    """
    if not memory.total_mb:
        return ""
    if needed > NEAR * memory.total_mb:
        return TOO_BIG
    return TIGHT if memory.free_mb and not running and needed > NEAR * memory.free_mb else FITS
