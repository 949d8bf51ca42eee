"""What a place that hands out files can be asked, and what the places have answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from models.errors import ModelError

LONGEST = 300
"""Characters of an answer that are shown."""

Waiting = Callable[[int], None]
"""Called now and then while no bytes come yet, with how many are on their way; raises what ends the waiting."""


class CancelledError(ModelError):
    """Somebody did not want to wait any longer. What has come so far is kept."""


class NotHadError(ModelError):
    """No source has handed it over."""


class NoAnswer(Exception):  # noqa: N818 - the next source is asked, and nothing is wrong yet
    """A source that does not hand the file over, or not to its end.

    Args:
        why: to go on behind its name: "could not be reached (…)".
        reachable: whether it may be asked for another file.
    """

    def __init__(self, why: str, reachable: bool = True) -> None:
        super().__init__(why)
        self.why = "".join(char for char in why if char.isprintable())[:LONGEST]  # some of it a server has written
        self.reachable = reachable


class Source(Protocol):
    """One place that has a file."""

    @property
    def name(self) -> str:
        """As a sentence has it: huggingface.co, the Python index."""
        ...

    def read(self, offset: int, waiting: Waiting) -> Iterator[bytes]:
        """The file's bytes from one on, in pieces as they come; more than there should be is for the caller to see.

        Raises:
            NoAnswer: it does not have them, or breaks off.
            OSError: this machine fails, not the source.
        """
        ...


class Answers:
    """What the sources have answered in one go, over several files and models."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()
        self._why: dict[str, str] = {}
        self._out_of_reach: set[str] = set()

    def to_be_asked(self, source: Source) -> bool:
        """Whether it could be reached when it was last asked."""
        return source.name not in self._out_of_reach

    def gave(self, source: Source) -> None:
        """That a whole file came from it."""
        self._given[source.name] += 1

    def failed(self, source: Source, file: str, answer: NoAnswer) -> None:
        """That it did not hand a file over."""
        if answer.reachable:
            self._why[source.name] = answer.why if file in answer.why else f"{answer.why} ({file})"
        else:
            self._why[source.name] = answer.why
            self._out_of_reach.add(source.name)

    def __str__(self) -> str:
        """One clause a source, without a full stop; empty where none was asked."""
        clauses = []
        for name in dict.fromkeys([*self._why, *self._given]):
            count = self._given[name]
            gave = f"handed over {count} file{'s' if count != 1 else ''}" if count else ""
            clauses.append(f"{name} " + ", but ".join(filter(None, [gave, self._why.get(name, "")])))
        return "; ".join(clauses)
