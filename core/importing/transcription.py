"""Transcribe every segment that a recogniser has not heard yet.

After an import and after a promotion there may be thousands of them. Each is committed by itself, with all that
follows from it, so the work may be stopped or killed at any time and goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.dataset import measures
from core.dataset.audio_quality import analysis_copy
from core.importing.segmentation import Activity
from core.review.derived_columns import refresh
from models.activity import SileroActivity
from models.errors import AudioError
from models.whisper.heard import Hypothesis, Recogniser
from store.audio.folder import AudioFolder
from store.database import Store
from store.errors import StoreError
from store.segments.table import add_hypothesis
from store.segments.views import KEYS, View
from store.units import SAMPLE_RATE

WAITING = """
SELECT s.id, s."end" - s.start AS samples FROM segments s WHERE s.status != 'retired'
    AND NOT EXISTS (SELECT 1 FROM hypotheses h WHERE h.segment_id = s.id AND h.model = ?)
ORDER BY s.reference IS NOT NULL, s.id
"""
"""Those that wait for a person come first."""
UNHEARD = """
SELECT s.id, s."end" - s.start AS samples FROM segments s WHERE s.status != 'retired' AND s.model IS NULL
ORDER BY s.reference IS NOT NULL, s.id
"""
"""Those that nobody has heard."""
OUTDATED = f"""
SELECT s.id, s."end" - s.start AS samples FROM segments s WHERE s.status != 'retired' AND s.model IS NOT ?
ORDER BY s.reference IS NOT NULL, s.split = 'train', {KEYS["worth"]}
"""
"""Those whose newest hypothesis is another recogniser's; what is next in the queue comes first."""

SEGMENT = """
SELECT s.start, s."end", s.loudness, r.sha256 FROM segments s JOIN recordings r ON r.id = s.recording_id
WHERE s.id = ? AND s.status != 'retired'
"""


@dataclass(frozen=True, slots=True)
class TranscriptionProgress:
    """How far it is."""

    done: int
    """Segments."""
    total: int
    seconds: float
    """Of audio that were heard so far."""
    left: float | None
    """Seconds that the rest will take at this pace; None at the beginning."""


@dataclass
class Transcribed:
    """What was done."""

    segments: int = 0
    """That have a hypothesis now."""
    seconds: float = 0.0
    """Of audio."""
    failed: list[tuple[int, str]] = field(default_factory=list)
    """Segments that could not be heard, and why."""
    left: int = 0
    """Segments that still wait, because the work was stopped."""


def transcribe(
    store: Store,
    recogniser: Recogniser,
    on_progress: Callable[[TranscriptionProgress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    activity: Activity | None = None,
    outdated: bool = False,
    unheard: bool = False,
) -> Transcribed:
    """Transcribe all segments that this recogniser has not heard.

    The recogniser hears the analysis copy, so that quiet speakers are heard as well as loud ones.

    Args:
        should_stop: asked before every segment.
        activity: measures segments that nobody has measured; made where it is needed and not given.
        outdated: those whose newest hypothesis is another recogniser's, in the order of the queue.
        unheard: only those that no recogniser has heard.

    Raises:
        StoreError: the database cannot be written. What was heard before stays.
        ModelError: the voice activity network is missing.
    """
    if unheard:
        waiting = store.execute(UNHEARD)
    elif outdated:
        waiting = store.execute(OUTDATED, (recogniser.name, *View().cost))
    else:
        waiting = store.execute(WAITING, (recogniser.name,))
    total = sum(row["samples"] for row in waiting)
    audio = AudioFolder(store.folder)
    done = Transcribed()
    heard = 0
    began = time.monotonic()
    for number, row in enumerate(waiting):
        if should_stop():
            done.left = len(waiting) - number
            break
        left = (time.monotonic() - began) * (total - heard) / heard if heard else None
        on_progress(TranscriptionProgress(number, len(waiting), heard / SAMPLE_RATE, left))
        found = store.execute(SEGMENT, (row["id"],))
        if found:
            activity = activity or (SileroActivity() if found[0]["loudness"] is None else None)
            try:
                sound = audio.span(found[0]["sha256"], found[0]["start"], found[0]["end"])
                hypothesis = recogniser.recognise(analysis_copy(sound))
            except (StoreError, AudioError) as error:
                done.failed.append((row["id"], str(error)))
                continue
            measured = measures.measured(activity, sound) if activity and found[0]["loudness"] is None else None
            with store.transaction():
                if store.execute(SEGMENT, (row["id"],)) == found:  # else it was cut meanwhile: next time
                    _keep(store, row["id"], hypothesis)
                    if measured:
                        measures.keep(store, row["id"], measured)
                    refresh(store, [row["id"]])
                    done.segments += 1
                    done.seconds += len(sound) / SAMPLE_RATE
        heard += row["samples"]
    on_progress(TranscriptionProgress(len(waiting) - done.left, len(waiting), heard / SAMPLE_RATE, 0.0))
    return done


def _keep(store: Store, segment: int, hypothesis: Hypothesis) -> None:
    words = [
        {"word": word.text, "start": word.start, "end": word.end, "probability": word.probability}
        for word in hypothesis.words
    ]
    others = [(other.first, other.last, other.text, other.weight) for other in hypothesis.alternatives]
    add_hypothesis(store, segment, hypothesis.model, hypothesis.text, words, hypothesis.compute_seconds, others)
