"""How many examples a property is tried with: as written in `make test`, twenty times as many in `make fuzz`."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

AS_WRITTEN = 100
"""Examples of a property that asks for no number of its own, in `make test`."""
AT_LARGE = 20 * AS_WRITTEN


def examples(count: int, **others: Any) -> settings:
    """Settings for a property that is too expensive, or too seldom hits what matters, for the usual number.

    Args:
        count: so many in `make test`.
        others: further settings of Hypothesis.
    """
    return settings(max_examples=count * settings.default.max_examples // AS_WRITTEN, **others)
