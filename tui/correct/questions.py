"""What the Correct screen asks before it does something, and what follows each answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.segments.queue import View
from tui.correct import decisions, views
from tui.correct.choices import Answer, lettered
from tui.correct.decisions import Decision
from tui.text import plain

REASONS = ("noise", "cut off", "several voices", "other language", "wrong speaker", "inaudible")


@dataclass(frozen=True, slots=True)
class Question:
    """A question at the bottom of the screen."""

    title: str
    answers: tuple[Answer, ...]
    then: Callable[[str], None]
    """Takes the key of the answer, or the words that were typed."""
    words: str | None = None
    """Where the answer is typed: what it begins with."""


Ask = Callable[[Question], None]
Decide = Callable[[Decision], None]


def _typed(title: str, words: str, then: Callable[[str], None], label: str = "keep") -> Question:
    return Question(title, (Answer("enter", label),), then, words)


def which_flag(ask: Ask, decide: Decide) -> Question:
    """What is wrong with it?"""
    choices = lettered(REASONS)
    reasons = {choice.key: choice.label for choice in choices}

    def own(reason: str) -> None:
        decide(decisions.flag(reason))

    def chosen(key: str) -> None:
        if key in reasons:
            own(reasons[key])
        else:
            ask(_typed("Flag: what is wrong?", "", own))

    return Question("Flag:", (*choices, Answer("full_stop", "in your own words")), chosen)


def which_speaker(known: Sequence[str], ask: Ask, decide: Decide) -> Question:
    """Who speaks: one of the first nine, or somebody else?"""
    names = known[:9]

    def name(speaker: str) -> None:
        if plain(speaker):
            decide(decisions.speaker(speaker))

    def chosen(key: str) -> None:
        if key == "0":
            ask(_typed("Speaker: a new name", "", name))
        else:
            name(names[int(key) - 1])

    answers = [Answer(str(i + 1), speaker) for i, speaker in enumerate(names)]
    return Question("Speaker:", (*answers, Answer("0", "a new name")), chosen)


def which_note(present: str, decide: Decide) -> Question:
    return _typed("Note:", present, lambda words: decide(decisions.note(words)))


def which_snippet(snippets: str, put: Callable[[str], None]) -> Question:
    """Which of these, written with bars between them?"""
    choices = lettered([plain(part) for part in snippets.split("|") if plain(part)])
    labels = {choice.key: choice.label for choice in choices}
    return Question("Put in:", choices, lambda key: put(labels[key]))


def which_change(changes: Sequence[tuple[str, str]], then: Callable[[str, str], None]) -> Question:
    """Which of at most nine changes of words?"""
    answers = tuple(Answer(str(i + 1), f"{a or '∅'} → {b or '∅'}") for i, (a, b) in enumerate(changes))
    return Question("Fix all like:", answers, lambda key: then(*changes[int(key) - 1]))


def which_segments(view: View, speakers: Sequence[str], show: Callable[[View], None]) -> Question:
    """Of which status, or whose?"""
    statuses, names = lettered(views.STATUSES), speakers[:9]
    labels = {choice.key: choice.label for choice in statuses}

    def chosen(key: str) -> None:
        if key in labels:
            show(views.with_status(view, labels[key]))
        else:
            show(views.with_speaker(view, "" if key == "0" else names[int(key) - 1]))

    answers = [Answer(str(i + 1), name) for i, name in enumerate(names)]
    everyone = [Answer("0", "everyone")] if answers else []
    return Question("Show:", (*statuses, *answers, *everyone), chosen)


def which_words(view: View, show: Callable[[View], None]) -> Question:
    """With which words?"""
    return _typed("Search:", view.search, lambda words: show(views.searched(view, plain(words))), "search")
