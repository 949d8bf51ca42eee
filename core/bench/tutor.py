"""How good the tutor is: python -m core.bench.tutor

The test set is hand-written and was not trained on.  Its first and second part were written before and while the
rules of core.conversation were made, the third after them; only the third says what to expect of new sentences.
Each sentence goes the way it goes in the app: the scenario's prompt, the tutor's greeting, the learner's
sentence, the reply, then the notes with all their vouchers.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from core.conversation import scenario
from core.conversation.clauses import ClauseSplitter
from core.conversation.feedback import Note, Vouchers, notes, words_of
from core.conversation.prompt import conversation
from core.conversation.vocabulary import Vocabulary, shipped
from core.versions.active import Warn, load_tutor, quiet
from models.tutor.llama import Message, Tutor
from store.paths import usual_folder

SENTENCES = Path(__file__).parents[2] / "tests" / "data" / "learner_sentences.jsonl"


@dataclass(frozen=True, slots=True)
class Proportion:
    """A part of n, with its 95 % Wilson interval."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        z, p = 1.96, self.value
        middle = (p + z * z / (2 * self.n)) / (1 + z * z / self.n)
        half = z * math.sqrt(p * (1 - p) / self.n + z * z / (4 * self.n**2)) / (1 + z * z / self.n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.hits} of {self.n} = {100 * self.value:.1f} % (95 % interval {100 * low:.1f}-{100 * high:.1f})"
        )


@dataclass(slots=True)
class TutorFigures:
    """What was measured; the lists name the sentences behind the figures."""

    false_on_right: Proportion = field(default_factory=lambda: Proportion(0, 0))
    """Right and outside sentences that were corrected."""
    wrong_corrections: Proportion = field(default_factory=lambda: Proportion(0, 0))
    """Wrong sentences with a correction that is itself wrong."""
    caught: Proportion = field(default_factory=lambda: Proportion(0, 0))
    """Wrong sentences mended exactly."""
    good_replies: Proportion = field(default_factory=lambda: Proportion(0, 0))
    """Replies that pass every check of form."""
    first_clause: float = 0.0
    """Median seconds from the request to the first speakable clause."""
    feedback: float = 0.0
    """Median seconds of the notes."""
    false: list[tuple[str, list[Note]]] = field(default_factory=list)
    missed: list[tuple[str, list[Note]]] = field(default_factory=list)
    replies: list[tuple[str, str, list[str]]] = field(default_factory=list)
    """(sentence, reply, what is wrong with it)"""


def read(path: Path = SENTENCES) -> list[dict[str, Any]]:
    """The test set: set, kind (right, wrong, outside), topic, text; for wrong ones the acceptable corrections."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def mended(text: str, found: Sequence[Note]) -> str:
    """The sentence with the notes applied."""
    for note in found:
        text = text.replace(note.said, note.better, 1)
    return text


def leads_to(text: str, mended_text: str, better: Sequence[str]) -> bool:
    """Whether the mended sentence is nearer than the original to something acceptable."""
    mended_words, words = words_of(mended_text), words_of(text)
    return any(
        Levenshtein.distance(mended_words, words_of(b)) < Levenshtein.distance(words, words_of(b)) for b in better
    )


def faults(reply: str, learner: str, vocabulary: Vocabulary) -> list[str]:
    """What is wrong with the form of a reply; nothing is good."""
    found = []
    unknown = [w for w in words_of(reply) if w not in vocabulary and w not in words_of(learner) and w != "tertulia"]
    if unknown:
        found.append(f"unknown words {unknown}")
    if not reply.rstrip().endswith("?"):
        found.append("no question at the end")
    if len(re.findall(r"[.?!…]+(?=\s|$)", reply)) > 2:
        found.append("more than two sentences")
    if reply.count("¿") != reply.count("?") or reply.count("¡") != reply.count("!"):
        found.append("marks not paired")
    return found


def measure(
    tutor: Tutor,
    rows: Sequence[dict[str, Any]],
    level: str = "A2",
    vouchers: Vouchers | None = None,
    talk: bool = True,
) -> TutorFigures:
    """Put every sentence through the app's own path."""
    figures, vocabulary = TutorFigures(), shipped()
    counts = {"sound": 0, "false": 0, "wrong": 0, "caught": 0, "bad": 0, "replies": 0, "good": 0}
    clause_times, note_times = [], []
    greetings: dict[str, str] = {}
    for row in rows:
        scene, text = scenario.load(row["topic"]), row["text"]
        messages = conversation(scene, level)
        if scene.name not in greetings:
            greetings[scene.name] = "".join(tutor.chat(messages))
        messages += [Message("assistant", greetings[scene.name]), Message("user", text)]
        if talk:
            began, splitter, reply, first = time.perf_counter(), ClauseSplitter(), "", 0.0
            for piece in tutor.chat(messages):
                reply += piece
                if splitter.feed(piece) and not first:
                    first = time.perf_counter() - began
            clause_times.append(first or time.perf_counter() - began)
            wrong = faults(reply, text, vocabulary)
            figures.replies.append((text, reply, wrong))
            counts["replies"] += 1
            counts["good"] += not wrong
        began = time.perf_counter()
        found = notes(tutor, messages, text, vocabulary, vouchers)
        note_times.append(time.perf_counter() - began)
        if row["kind"] != "wrong":
            counts["sound"] += 1
            counts["false"] += bool(found)
            if found:
                figures.false.append((text, found))
            continue
        counts["wrong"] += 1
        result = mended(text, found)
        if any(words_of(result) == words_of(b) for b in row["better"]):
            counts["caught"] += 1
            continue
        figures.missed.append((text, found))
        if found and not leads_to(text, result, row["better"]):
            counts["bad"] += 1
            figures.false.append((text, found))
    figures.false_on_right = Proportion(counts["false"], counts["sound"])
    figures.wrong_corrections = Proportion(counts["bad"], counts["wrong"])
    figures.caught = Proportion(counts["caught"], counts["wrong"])
    figures.good_replies = Proportion(counts["good"], counts["replies"])
    figures.first_clause = _median(clause_times)
    figures.feedback = _median(note_times)
    return figures


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def report(figures: TutorFigures, talk: bool = True) -> str:
    """The figures as lines of text, with or without those of the replies."""
    lines = [
        f"false corrections, right and outside sentences: {figures.false_on_right}",
        f"wrong corrections, wrong sentences:             {figures.wrong_corrections}",
        f"mistakes mended exactly:                        {figures.caught}",
        f"notes after                                     {1000 * figures.feedback:.0f} ms (median)",
    ]
    if talk:
        lines += [
            f"replies of good form:                           {figures.good_replies}",
            f"first clause of a reply after                   {1000 * figures.first_clause:.0f} ms (median)",
        ]
    return "\n".join(lines)


def summary(model: str | None = None, warn: Warn = quiet) -> dict[str, object]:
    """The figures of the tutor in use, or of another, on the whole test set, for `tertulia bench tutor`."""
    tutor, rows = load_tutor(usual_folder(), model, warn=warn), read()
    figures = measure(tutor, rows)
    return {
        "tutor": tutor.name,
        "sentences": len(rows),
        "false_corrections": str(figures.false_on_right),
        "wrong_corrections": str(figures.wrong_corrections),
        "mistakes_mended": str(figures.caught),
        "good_replies": str(figures.good_replies),
        "first_clause_s": figures.first_clause,
        "notes_s": figures.feedback,
    }


def main() -> None:
    """The command line, with the sentences behind the figures and the worth of each voucher."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tutor", help="name of an installed tutor, or its path; the one in use by default")
    parser.add_argument("--sentences", type=Path, default=SENTENCES, help="another test set in the same form")
    parser.add_argument("--vouchers", action="store_true", help="also measure with each voucher switched off")
    parser.add_argument("--details", action="store_true", help="also print the sentences behind the figures")
    options = parser.parse_args()
    tutor, rows = load_tutor(usual_folder(), options.tutor, warn=print), read(options.sentences)
    figures = measure(tutor, rows)
    print(f"{tutor.name}, {len(rows)} sentences")
    print(report(figures))
    for part in sorted({row.get("set", 1) for row in rows}):
        print(f"\nset {part} alone")
        print(report(measure(tutor, [row for row in rows if row.get("set", 1) == part], talk=False), talk=False))
    if options.details:
        for title, listed in (("false", figures.false), ("missed", figures.missed)):
            for text, found in listed:
                print(f"{title}: {text} {[(n.said, n.better, n.why) for n in found]}")
        for text, reply, wrong in figures.replies:
            print(f"reply: {text} → {reply} {wrong or ''}")
    if options.vouchers:
        names = ("words", "whole", "steady")
        trials = {"none at all": Vouchers(False, False, False, False), "all but proof": Vouchers(proven=False)}
        trials |= {f"all but proof and {name}": Vouchers(proven=False, **{name: False}) for name in names}
        for title, vouchers in trials.items():
            print(f"\nvouchers: {title}")
            print(report(measure(tutor, rows, vouchers=vouchers, talk=False), talk=False))


if __name__ == "__main__":
    main()
