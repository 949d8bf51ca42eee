"""A data folder from before the desk: what was said, heard and corrected in it is all there afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from store.audio.folder import AudioFolder
from store.check import check
from store.database import Store
from store.errors import StoreError
from store.schema import migrations
from store.segments import queue
from store.segments.edits import undo
from store.segments.queue import View
from store.segments.search import search
from store.segments.table import corrections, hypotheses, reference, segment
from store.segments.tallies import histogram, tally
from store.sessions import add_turn, start_session, turns
from tests.store.desk_store import correct

MOMENT = "2026-01-01T12:00:00.000+00:00"


def add_old_segment(store: Store, recording: int, start: int, end: int, journal: str | None = None) -> int:
    return store.insert(
        "segments",
        recording_id=recording,
        start=start,
        end=end,
        speaker="learner",
        journal=journal,
        created_at=MOMENT,
    )


def add_old_hypothesis(store: Store, segment: int, model: str, text: str, chance: float) -> None:
    words = [{"word": word, "start": 0.0, "end": 0.1, "probability": chance} for word in text.split()]
    store.insert(
        "hypotheses",
        segment_id=segment,
        model=model,
        text=text,
        words=json.dumps(words, ensure_ascii=False),
        compute_seconds=0.1,
        created_at=MOMENT,
    )


def add_old_correction(store: Store, segment: int, before: str | None, after: str | None) -> int:
    with store.transaction():
        number = store.insert(
            "corrections",
            segment_id=segment,
            author="ana",
            kind="edit",
            before=before,
            after=after,
            listened_seconds=1.5,
            created_at=MOMENT,
        )
        store.execute(
            "UPDATE segments SET status = ? WHERE id = ?", ("new" if after is None else "corrected", segment)
        )
    return number


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of schema 1: a spoken conversation of three turns, two of which were corrected."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        store = Store.open(tmp_path)
    sound = np.zeros(48_000, np.int16)
    sound[0] = 1
    recording = store.insert(
        "recordings",
        sha256=AudioFolder(tmp_path).put(sound),
        samples=48_000,
        source="microphone",
        origin="Built-in",
        created_at=MOMENT,
    )
    sitting = start_session(store, "A2", "conocerse", "r", "t", "v")
    for position, (heard, chance) in enumerate(((None, 0.0), ("tengo veinte anos", 0.5), ("no se", 0.75))):
        one = add_old_segment(store, recording, position * 16_000, (position + 1) * 16_000, f"j{position}")
        add_turn(store, sitting, "learner", heard or "", "spoken")
        store.execute("UPDATE turns SET segment_id = ? WHERE id = ?", (one, position + 1))
        if heard:
            add_old_hypothesis(store, one, "ear 1", "ruido viejo", 0.1)
            add_old_hypothesis(store, one, "ear 2", heard, chance)
    add_old_correction(store, 2, None, "Tengo veinte años")
    add_old_correction(store, 2, "Tengo veinte años", "Tengo veinte años.")
    add_old_correction(store, 3, None, "Ño sé.")
    add_old_correction(store, 3, "Ño sé.", None)
    store.close()
    return tmp_path


def test_what_was_kept_before_the_desk_is_all_there(old: Path) -> None:
    with Store.open(old) as store:
        assert check(store) == []
        assert (old / "tertulia.db.before-0002").is_file()
        unheard, corrected, withdrawn = (segment(store, number) for number in (1, 2, 3))
        assert (unheard.status, unheard.text, unheard.heard, unheard.revision) == ("new", "", None, 0)
        assert (corrected.status, corrected.text, corrected.revision) == ("corrected", "Tengo veinte años.", 2)
        assert (corrected.heard, corrected.model, corrected.confidence) == ("tengo veinte anos", "ear 2", 0.5)
        assert (withdrawn.status, withdrawn.reference, withdrawn.text) == ("new", None, "no se")
        assert [one.journal for one in (unheard, corrected, withdrawn)] == ["j0", "j1", "j2"]
        assert [turn.segment for turn in turns(store, 1)] == [1, 2, 3]
        assert [one.text for one in hypotheses(store, 2)] == ["ruido viejo", "tengo veinte anos"]
        assert [one.after for one in corrections(store, 3)] == ["Ño sé.", None]
        assert reference(store, 2) == "Tengo veinte años."


def test_it_can_be_put_in_order_searched_and_counted(old: Path) -> None:
    with Store.open(old) as store:
        # Two words of probability 0.75: half an error is expected; nothing is known of the unheard one.
        assert queue.first(store, View(), 9) == [3, 1]
        assert queue.rows(store, [3])[0].expected == pytest.approx(0.5)
        assert queue.first(store, View(status="all", search="años"), 9) == [2]
        assert queue.first(store, View(status="all", search="anos"), 9) == []
        assert [found.segment for found in search(store, "viejo")] == [3, 2]
        assert [found.text for found in search(store, "ño")] == ["Ño sé."]
        assert {(one.status, one.segments, one.samples) for one in tally(store)} == {
            ("new", 2, 32_000), ("corrected", 1, 16_000),
        }  # fmt: skip
        assert histogram(store, "confidence") == {10: 1, 15: 1}


def test_it_goes_on_from_there(old: Path) -> None:
    with Store.open(old) as store:
        assert undo(store, "ana") is None
        correct(store, 3, "No sé.")
        correct(store, 2, "Tengo veinte años…")
        assert undo(store, "ana") and undo(store, "ana") and undo(store, "ana") is None
        assert (segment(store, 3).text, segment(store, 2).text) == ("no se", "Tengo veinte años.")
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            store.insert(
                "hypotheses", segment_id=99, model="m", text="", words="[]", compute_seconds=0, created_at=""
            )
        with pytest.raises(StoreError, match="only ever added to"):
            store.execute("DELETE FROM corrections")
        assert check(store) == []
