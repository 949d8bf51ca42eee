"""Margin notes on what the learner said, each one vouched for.

A model proposes notes; none is shown only because a model said so.  Every note must quote the learner, change
little, use Spanish words we know, agree with the whole sentence as the model would say it, and leave a sentence
that the model itself finds no fault with.  A guided tutor is small, so its notes must be proven by a rule of
grammar (core.conversation.checks) as well.
"""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.conversation.checks import proof
from core.conversation.grammar import DETERMINERS, PREPOSITIONS
from core.conversation.prompt import about
from core.conversation.vocabulary import Vocabulary, shipped
from models.errors import ModelError
from models.tutor.llama import Message, Tutor
from models.tutor.prompt import FEEDBACK_SCHEMA

LONGEST = 500
"""Characters of a learner's turn that are looked at."""
SENTENCE = 120
"""Characters of the longest sentence that a guided tutor is asked about."""
MOST = 3
"""Notes a turn: more would discourage."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Note:
    """What could be said better."""

    said: str
    """As the learner said it, a part of the turn."""
    better: str
    why: str
    """In plain English, short."""


@dataclass(frozen=True, slots=True)
class Vouchers:
    """Which checks a note must pass; the bench switches them off one by one to see what each is worth.

    What is proven needs no other voucher: measured, they added nothing.
    """

    words: bool = True
    """Every word of it is known Spanish or the learner's own, and few are new."""
    whole: bool = True
    """It agrees with the whole sentence as the model would say it."""
    steady: bool = True
    """The model does not find fault with its own correction."""
    proven: bool = True
    """A rule of grammar proves it; asked of guided tutors, who have then no need of the others."""


def notes(
    tutor: Tutor,
    conversation: Sequence[Message],
    said: str,
    vocabulary: Vocabulary | None = None,
    vouchers: Vouchers | None = None,
) -> list[Note]:
    """Notes on what the learner just said, none where there is nothing certain to note.

    Args:
        tutor: whom to ask.
        conversation: the messages so far; whether they end with `said` makes no difference.
        said: the learner's turn; what lies beyond LONGEST characters is not looked at.
        vocabulary: the words to vouch by; those shipped with the app by default.
        vouchers: the checks to apply; all by default.
    """
    reviewer = _Reviewer(tutor, conversation, vocabulary or shipped(), vouchers or Vouchers())
    found: list[Note] = []
    for part in reviewer.parts(said[:LONGEST]):
        if len(words_of(part)) > 1 and len(found) < MOST:
            found += reviewer.review(part.strip())
    return found[:MOST]


class _Reviewer:
    """One turn's questions to a tutor model, and what becomes of its answers."""

    def __init__(
        self, tutor: Tutor, conversation: Sequence[Message], vocabulary: Vocabulary, vouchers: Vouchers
    ) -> None:
        # A small model is at home in single sentences without a past; a large one needs it, and has it cached.
        self._guided, self._by_rule = tutor.guided, tutor.guided and vouchers.proven
        self._conversation = [m for m in conversation if m.role == "system"] if tutor.guided else conversation
        self._tutor, self._vocabulary, self._vouchers = tutor, vocabulary, vouchers

    def parts(self, said: str) -> list[str]:
        """What to ask about at a time."""
        if not self._guided:
            return [said]
        return [part for part in re.findall(r"[^.?!…\n]+[.?!…]*", said) if len(part) <= SENTENCE]

    def review(self, sentence: str) -> list[Note]:
        """Ask, mend, and ask about the mended sentence again: a model that would undo its own note is not
        believed."""
        found = self._ask(sentence)
        if not found or self._by_rule or not self._vouchers.steady:
            return found
        mended = sentence
        for note in found:
            mended = mended.replace(note.said, note.better, 1)
        again = self._ask(mended)
        if any(_undoes(note, before) for note in again for before in found):
            return []
        return found + [note for note in again if note.said in sentence]

    def _ask(self, sentence: str) -> list[Note]:
        """The vouched-for notes of the first answer that has some.

        A guided tutor is asked for its second thoughts too: it hesitates where something is wrong long before it
        dares to say so, and what is not proven is not shown anyway.
        """
        asked, room = about(self._conversation, sentence), 160 + len(sentence) // 2
        if self._by_rule:
            answers = self._tutor.alternatives(asked, FEEDBACK_SCHEMA, "notes", room)
        else:
            answers = self._single(asked, room)
        for answer in answers:
            whole, rows = str(answer.get("sentence", "")), answer.get("notes")
            noted = [_note(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
            if self._by_rule:
                noted = self._proven(sentence, whole, noted)
            if vouched := [note for note in noted if self._vouched(note, sentence, words_of(whole))]:
                return vouched
        return []

    def _single(self, asked: Sequence[Message], room: int) -> Iterator[dict[str, Any]]:
        with contextlib.suppress(ModelError):  # cut off half-way: then there is nothing to vouch for
            yield self._tutor.structured(asked, FEEDBACK_SCHEMA, room)

    def _vouched(self, note: Note, sentence: str, whole: list[str]) -> bool:
        said, better, spoken = words_of(note.said), words_of(note.better), words_of(sentence)
        if _place(said, spoken) is None or note.said not in sentence or not better or not note.why:
            return False
        if _unaccented(said) == _unaccented(better):  # an accent is a matter of writing
            return False
        if self._by_rule:
            return True
        known = all(word in self._vocabulary or word in spoken for word in better) and len(better) <= len(said) + 3
        agrees = _place(better, whole) is not None
        return (known or not self._vouchers.words) and (agrees or not self._vouchers.whole)

    def _proven(self, sentence: str, whole: str, noted: Sequence[Note]) -> list[Note]:
        """The changes between a sentence and how a model would say it, as notes, as far as a rule proves them.

        A small model that mends one word may stumble over the next, so of a change also its ends are considered.
        The reason is the model's own where it noted that change and fits it, else the rule's.
        """
        marks, model_words = list(_WORD.finditer(sentence)), _WORD.findall(whole)
        spoken, wanted = [m[0].casefold() for m in marks], words_of(whole)
        changes = difflib.SequenceMatcher(None, spoken, wanted, autojunk=False).get_opcodes()
        found = []
        for _, *change in (c for c in changes if c[0] != "equal"):
            for start, end, first, last in _ends(*change):
                old, new = spoken[start:end], wanted[first:last]
                left, right = _clause(sentence, marks, start, end)
                reason = proof(spoken[left:right], start - left, old, new, self._vocabulary)
                if reason is None:
                    continue
                low, high = _shown(old, new, start, end, len(marks))
                said = sentence[marks[low].start() : marks[high - 1].end()]
                context = [m[0] for m in marks[low:start]], [m[0] for m in marks[end:high]]
                if not old and not start:  # what was the first word is so no longer
                    context[1][0] = context[1][0] if self._vocabulary.readings(spoken[0], "P") else spoken[0]
                better = " ".join([*context[0], *model_words[first:last], *context[1]])
                if not new and not low and said[0].isupper():
                    better = better[0].upper() + better[1:]
                own = next((n for n in noted if self._explains(n, old, new)), None)
                found.append(own or Note(said, better, reason.format(new=" ".join(new) or better, better=better)))
                break
        return found

    def _explains(self, note: Note, old: list[str], new: list[str]) -> bool:
        """Whether a note is about this change, and gives a reason that holds."""
        said, better = words_of(note.said), words_of(note.better)
        same = _alike(said, better)
        tail = _alike(said[same:][::-1], better[same:][::-1])
        if (said[same : len(said) - tail], better[same : len(better) - tail]) != (old, new):
            return False
        reason = words_of(note.why)
        claim = re.match(r"(?:[\w ]+ )?(\w+) is (masculine|feminine|plural|singular)", note.why)
        if claim:
            noun = self._vocabulary.noun(claim[1])
            kind = {"masculine": "m", "feminine": "f", "plural": "p", "singular": "s"}[claim[2]]
            if noun is None or kind not in noun or claim[1].casefold() not in better:
                return False
        subject = re.match(r"with ([\w ]+), say", note.why)
        if subject and not set(words_of(subject[1])) <= set(better):
            return False
        quoted = re.search(r"(?:: |say )([\w ]+)$", note.why)
        if quoted:
            return set(new) <= set(words_of(quoted[1])) <= set(better)
        return claim is not None or not set(reason).isdisjoint([*old, *new])


def _shown(old: list[str], new: list[str], start: int, end: int, words: int) -> tuple[int, int]:
    """From which word to which a note shows a change: an article with its noun, a little word with its
    neighbours."""
    if new and new[-1] in DETERMINERS and end < words:
        return start, end + 1
    if not old and not start:
        return 0, min(words, 2)
    little = not old or not new or new[-1] in PREPOSITIONS or start == 0
    return max(0, start - 1), min(words, end + little)


def _ends(start: int, end: int, first: int, last: int) -> Iterator[tuple[int, int, int, int]]:
    """A change (words start to end become first to last), then its first words alone, then its last."""
    yield start, end, first, last
    sizes = [(a, b) for a in (1, 2) for b in (1, 2) if a <= end - start and b <= last - first]
    yield from ((start, start + a, first, first + b) for a, b in sizes)
    yield from ((end - a, end, last - b, last) for a, b in sizes)


def _clause(sentence: str, marks: Sequence[re.Match[str]], start: int, end: int) -> tuple[int, int]:
    """From which word to which reaches the clause around words start to end: commas bound it ("Ana, compras
    pan")."""
    gaps = [sentence[marks[i - 1].end() : marks[i].start()] for i in range(1, len(marks))]
    breaks = [i for i, gap in enumerate(gaps, 1) if re.search(r"[,;:()«»]", gap)]
    return max((i for i in breaks if i <= start), default=0), min(
        (i for i in breaks if i >= end), default=len(marks)
    )


def _note(row: dict[str, Any]) -> Note:
    said, better, why = (str(row.get(key, "")).strip() for key in ("said", "better", "why"))
    return Note(said, better, why)


def _undoes(note: Note, before: Note) -> bool:
    """Whether a note finds fault with what an earlier one had mended."""
    return note.said.casefold() in before.better.casefold() or before.better.casefold() in note.said.casefold()


def _alike(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words two lists begin with in common."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _place(part: list[str], whole: list[str]) -> int | None:
    """Where the words of a note stand in the sentence; None where they do not, or twice."""
    places = [i for i in range(len(whole) - len(part) + 1) if part and whole[i : i + len(part)] == part]
    return places[0] if len(places) == 1 else None


def words_of(text: str) -> list[str]:
    """The words in lower case."""
    return _WORD.findall(text.casefold())


def _unaccented(words: list[str]) -> list[str]:
    return [w.translate(str.maketrans("áéíóúü", "aeiouu")) for w in words]
