"""The acts of the demonstration, one after the other; each does what is left to do of it.

Nothing but the database and the run's folder says how far it came, so one that was interrupted or killed is gone
on with by playing it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.demo import correcting, learner, talking, teaching
from core.demo.learner import LearnerPlan, Sentence
from core.demo.scenes import ActProgress, Begins, Corrected, Promoted, Proved, Reheard, Scene, Talked
from core.demo.talking import HeardSentence
from core.importing.transcription import TranscriptionProgress
from core.versions.rehear import rehear
from models.evaluation.scoring import interval, word_errors
from store.database import Store
from store.units import SAMPLE_RATE

OnScene = Callable[[Scene], None]

EXAMPLES = 3


def play(store: Store, plan: LearnerPlan, on_scene: OnScene) -> Proved:
    """Play it to its end, and return what was proved.

    Raises:
        DemoError, TrainingRefused, StoreError, ModelError, OSError: a sentence; played again, it goes on there.
    """
    sittings = _talk(store, plan, on_scene)
    every = [sentence for sitting in sittings for sentence in sitting]
    _correct(store, plan, every, on_scene)
    proved = teaching.teach(store, plan, on_scene)
    on_scene(Begins("promote"))
    promoted = teaching.promote(store, proved)
    on_scene(Promoted(proved.version, promoted))
    if promoted:
        _go_on(store, every[plan.corrected :], on_scene)
    return proved


def _talk(store: Store, plan: LearnerPlan, on_scene: OnScene) -> list[list[Sentence]]:
    on_scene(Begins("talk"))
    on_scene(ActProgress("talk", "making the learner's voice", None))
    sittings = learner.sittings(store.folder, plan)
    every = [sentence for sitting in sittings for sentence in sitting]
    done = len(talking.said(store, every))

    def count() -> None:
        nonlocal done
        done += 1
        on_scene(ActProgress("talk", f"sentence {done} of {len(every)}", done / len(every)))

    talking.talk(store, sittings, count)
    said = _said(store, every)
    misheard = [one for one in said if _wrong(one.sentence.text, one.first)]
    on_scene(
        Talked(
            sentences=len(said),
            sittings=len(sittings),
            seconds=sum(one.samples for one in said) / SAMPLE_RATE,
            misheard=len(misheard),
            wer=interval([word_errors(one.sentence.text, one.first) for one in said]),
            examples=tuple((one.sentence.text, one.first) for one in sorted(misheard, key=_worst)[:EXAMPLES]),
        )
    )
    return sittings


def _correct(store: Store, plan: LearnerPlan, every: Sequence[Sentence], on_scene: OnScene) -> None:
    on_scene(Begins("correct"))
    said = _said(store, every[: plan.corrected])
    splits = correcting.correct(store, said, plan).splits
    mended = sum(_wrong(one.sentence.text, one.first) for one in said)
    counts = {name: share.segments for name, share in splits.items()}
    on_scene(Corrected(len(said) - mended, mended, **counts, later=plan.later))


def _go_on(store: Store, later: Sequence[Sentence], on_scene: OnScene) -> None:
    """What nobody corrected is transcribed again, and one sentence of it is said to the new recogniser."""
    on_scene(Begins("go on"))

    def count(now: TranscriptionProgress) -> None:
        on_scene(ActProgress("go on", f"sentence {now.done} of {now.total}", now.done / now.total))

    rehear(store, count)
    said = _said(store, later)
    best = max(said, key=_gain)
    now = talking.hear_again(store.folder, best.sentence)
    on_scene(
        Reheard(
            said=best.sentence.text,
            before=best.first,
            now=now,
            sentences=len(said),
            misheard_before=sum(_wrong(one.sentence.text, one.first) for one in said),
            misheard_now=sum(_wrong(one.sentence.text, one.heard) for one in said),
        )
    )


def _said(store: Store, sentences: Sequence[Sentence]) -> list[HeardSentence]:
    """The sentences as they were heard, in their order; all were said before."""
    said = talking.said(store, sentences)
    return [said[sentence.file.name] for sentence in sentences]


def _wrong(said: str, heard: str) -> bool:
    return word_errors(said, heard).count > 0


def _worst(one: HeardSentence) -> int:
    """For the worst to come first."""
    return -word_errors(one.sentence.text, one.first).count


def _gain(one: HeardSentence) -> tuple[bool, int]:
    """How much better it is heard than at first; those that are all right now come before the others."""
    before, now = (word_errors(one.sentence.text, heard) for heard in (one.first, one.heard))
    return before.count > 0 == now.count, before.count - now.count
