"""All that one segment shows at the desk: its words with their times, what is doubtful, and what else it may be.

A card is a picture of the segment at one revision. While the person types, `Card.with_text` gives the card of the
new text without asking the database, so the played word stays lit and the alternatives stay at their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.review.alternatives import Reading, offered, readings
from core.review.lint.warning import Warned
from core.review.realign import SpokenWord, key, realign, spoken
from store.database import Store
from store.errors import StoreError
from store.segments import drafts, queue, table, tallies
from store.segments.annotations import alignment
from store.segments.queue import SegmentRow, View

DOUBTFUL = 0.85
"""A word that is less probable than this is marked …"""
DISPUTED = 0.15
"""… and one that another reading replaces with at least this weight.

With the starter recogniser, over 1,933 words of the reserved voices in noise and with an accent it never heard,
350 of them wrong: a fifth of all words is marked, among them are 63 % of the wrong ones, and 59 % of the marked
ones are wrong. Higher marks more right words than wrong ones; 0.7 and 0.2 find less than half of the errors."""
NEIGHBOURS = 2
"""Segments shown before and after."""


@dataclass(frozen=True, slots=True)
class CardWord:
    """One word of a card's text, with its punctuation."""

    text: str
    start: float
    """Seconds from the segment's start."""
    end: float
    probability: float | None
    """0 to 1; None for a word that no recogniser heard."""
    doubtful: bool
    alternatives: tuple[str, ...] = ()
    """What could stand here instead, the strongest first; an empty one takes the words away."""
    spans: tuple[int, ...] = ()
    """For each alternative, how many words it replaces, from this one on."""


@dataclass(frozen=True, slots=True)
class WordEvidence:
    """What a card's words are made from."""

    times: tuple[SpokenWord, ...]
    """The words with known times: those of the newest hypothesis, or of an alignment of the present text."""
    readings: tuple[Reading, ...]
    """Other readings of the newest hypothesis."""
    verified: str | None
    """The reference: a person has vouched for its words, so none of them is doubtful."""


@dataclass(frozen=True, slots=True)
class Card:
    """A segment as the desk shows it, as it was when it was read."""

    row: SegmentRow
    text: str
    """The author's draft where there is one, else `shown`."""
    shown: str
    """The segment's present text: reference, proposal, or what was heard."""
    words: tuple[CardWord, ...]
    """Those of `text`."""
    other: str
    """What another recogniser, or an older hypothesis, heard instead; empty where there is none that differs."""
    before: list[SegmentRow]
    after: list[SegmentRow]
    warnings: tuple[Warned, ...]
    """Of `text`, as it was read."""
    why: str
    """Why it is its turn, in one sentence."""
    draft: bool
    """Whether `text` is a draft."""
    speakers: list[str]
    """At most nine, those with most segments first."""
    evidence: WordEvidence

    def with_text(self, text: str) -> Card:
        """The card while its text is being edited; only text and words change."""
        return replace(self, text=text, words=_words(text, self.evidence, self.row.seconds))

    def taking(self, word: int, choice: int) -> tuple[str, int]:
        """The text with one of a word's alternatives taken, and the position right behind it.

        Args:
            word: index into `words`.
            choice: index into its alternatives.

        Raises:
            IndexError: there is no such word or alternative.
        """
        chosen = self.words[word]
        before = [one.text for one in self.words[:word]]
        taken = [chosen.alternatives[choice]] if chosen.alternatives[choice] else []
        after = [one.text for one in self.words[word + chosen.spans[choice] :]]
        return " ".join([*before, *taken, *after]), len(" ".join([*before, *taken]))


def read(store: Store, segment: int, author: str, view: View | None = None) -> Card:
    """The card of a segment for an author.

    Raises:
        StoreError: no such segment.
    """
    from core.review.reasons import why

    rows = queue.rows(store, [segment])
    if not rows:
        raise StoreError(f"There is no segment {segment}", "choose one of `tertulia queue`")
    [row] = rows
    hypotheses = table.hypotheses(store, segment)
    draft = drafts.get(store, segment, author)
    text = row.text if draft is None else draft
    evidence = evidence_of(store, row, hypotheses)
    before, after = queue.neighbours(store, segment, NEIGHBOURS, NEIGHBOURS)
    return Card(
        row=row,
        text=text,
        shown=row.text,
        words=_words(text, evidence, row.seconds),
        other=_other(hypotheses),
        before=before,
        after=after,
        warnings=_warnings(store, row, text),
        why=why(row, view or View()),
        draft=draft is not None,
        speakers=tallies.speakers(store),
        evidence=evidence,
    )


def _warnings(store: Store, row: SegmentRow, text: str) -> tuple[Warned, ...]:
    from core.review.derived_columns import accepted  # not at the top: they need numpy, and the app starts without
    from core.review.lint.rules import Transcript, check

    said = Transcript(text, row.seconds, row.loudness, row.snr, row.clipped, row.band, accepted(store))
    return tuple(check(said))


def evidence_of(store: Store, row: SegmentRow, hypotheses: Sequence[table.StoredHypothesis]) -> WordEvidence:
    """What the words of a segment's texts are made from. Raises StoreError."""
    words = spoken(hypotheses[-1].words) if hypotheses else ()
    aligned = alignment(store, row.id)
    if aligned is not None and aligned.text == row.text:
        words = tuple(
            replace(word, start=float(timed["start"]), end=float(timed["end"]))
            for word, timed in zip(realign(row.text, words, row.seconds), aligned.words, strict=False)
        )
    verified = row.reference if row.status == "corrected" else None
    return WordEvidence(tuple(words), tuple(readings(hypotheses)), verified)


def _words(text: str, evidence: WordEvidence, seconds: float) -> tuple[CardWord, ...]:
    placed = realign(text, evidence.times, seconds)
    choices = offered(placed, evidence.readings)
    strong = [one for one in evidence.readings if one.weight >= DISPUTED]
    disputed = {at for one in strong for at in range(one.first, one.last)}
    trusted = evidence.verified == text
    return tuple(
        CardWord(
            word.text,
            word.start,
            word.end,
            word.probability,
            not trusted
            and word.probability is not None
            and (word.probability < DOUBTFUL or word.hypothesis_word in disputed),
            tuple(alternative for alternative, _ in here),
            tuple(count for _, count in here),
        )
        for word, here in zip(placed, choices, strict=True)
    )


def _other(hypotheses: Sequence[table.StoredHypothesis]) -> str:
    if not hypotheses:
        return ""
    newest = [key(word) for word in hypotheses[-1].text.split()]
    differing = (
        other.text for other in reversed(hypotheses[:-1]) if [key(w) for w in other.text.split()] != newest
    )
    return next(differing, "")
