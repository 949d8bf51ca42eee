"""Whether a proposed correction is one that no doubt is possible about, and why.

A small model proposes; it is right often, but a wrong correction teaches wrong Spanish.  The rules of agreement and
usage agree only when the words around a change prove it; whatever no rule can prove is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.conversation import agreement, usage
from core.conversation.grammar import Edit, Words
from core.conversation.vocabulary import Vocabulary

_RULES = (*agreement.RULES, *usage.RULES)


def proof(before: Words, at: int, old: Sequence[str], new: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """Why `old` at word `at` of a sentence should be `new`; None where no rule proves it. All words in lower case.

    The reason may hold {new} and {better}, for the new words and for what a note shows.
    """
    if "vos" in before or (
        not old and new and next(iter(new)) in [*before[at : at + 1], *before[max(0, at - 1) : at]]
    ):
        return None
    edit = Edit(before, at, old, new, vocabulary)
    reason = _first(edit)
    if reason or len(old) != len(new) or len(old) < 2:
        return reason
    # Several words at once: one of them as the sentence stands, each among the others as they should be.
    changed = [i for i in range(len(old)) if old[i] != new[i]]
    if not any(_first(Edit(before, at + i, [old[i]], [new[i]], vocabulary)) for i in changed):
        return None
    reasons = []
    for i in changed:
        context = [*edit.after[: at + i], old[i], *edit.after[at + i + 1 :]]
        reasons.append(_first(Edit(context, at + i, [old[i]], [new[i]], vocabulary)))
    return reasons[0] if reasons and all(reasons) else None


def _first(edit: Edit) -> str | None:
    return next((why for rule, why in _RULES if rule(edit)), None)
