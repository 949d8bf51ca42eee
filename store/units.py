"""The one rate at which audio is kept, and the one way of writing a moment."""

from datetime import UTC, datetime

SAMPLE_RATE = 16_000
"""Samples a second of every recording."""


def stamp(moment: datetime) -> str:
    """A moment in UTC, ISO 8601 to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def now() -> str:
    """This moment, as `stamp` writes it."""
    return stamp(datetime.now(UTC))
