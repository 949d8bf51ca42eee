"""Groups from pairs: whatever is linked, directly or through others, is in one group."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing", bound=Hashable)


def joined(pairs: Iterable[tuple[Thing, Thing]]) -> list[list[Thing]]:
    """The groups in which both of each pair are together; groups and members in the order they came.

    >>> joined([(1, 2), (5, 6), (2, 3)])
    [[1, 2, 3], [5, 6]]
    """
    leader: dict[Thing, Thing] = {}

    def lead(one: Thing) -> Thing:
        while leader.setdefault(one, one) != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for one, other in pairs:
        first, second = lead(one), lead(other)
        leader[second] = first
    groups: dict[Thing, list[Thing]] = {}
    for one in leader:
        groups.setdefault(lead(one), []).append(one)
    return list(groups.values())
