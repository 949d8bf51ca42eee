"""What a person has typed into a segment and not yet accepted; it outlives a crash."""

from __future__ import annotations

from store.database import Store
from store.text import clean
from store.units import now


def put(store: Store, segment: int, author: str, text: str) -> None:
    """Keep a person's draft of a segment, in the place of an earlier one; it is on disk on return.

    Raises:
        StoreError: no such segment, or text that is too long.
    """
    with store.transaction():
        store.get("segments", segment)
        store.execute(
            "INSERT INTO drafts (segment_id, author, text, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET text = excluded.text, created_at = excluded.created_at",
            (segment, clean(author), clean(text), now()),
        )


def get(store: Store, segment: int, author: str) -> str | None:
    """A person's draft of a segment, or None. Raises StoreError."""
    rows = store.execute("SELECT text FROM drafts WHERE segment_id = ? AND author = ?", (segment, clean(author)))
    return str(rows[0]["text"]) if rows else None


def drop(store: Store, segment: int, author: str) -> None:
    """Forget a draft, inside the transaction that accepts its text; none is fine. Raises StoreError."""
    with store.transaction():
        store.execute("DELETE FROM drafts WHERE segment_id = ? AND author = ?", (segment, clean(author)))
