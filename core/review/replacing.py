"""Find and replace in all segments, looked at before it is done.

A plan says what every segment would become. Nothing is changed before the person has chosen from it, and then
only segments that still say what the plan saw. A corrected segment's reference changes; of one that nobody has
listened to only the proposal does, and it stays to be corrected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from core.review import patterns
from core.review.actions import act
from store.database import Store, Value
from store.errors import StoreError
from store.segments import edits, queue
from store.segments.edits import ActionDone, ConflictError, SegmentChange, SegmentState
from store.segments.queue import View
from store.segments.search import match
from store.text import LIMIT, clean

ALL = View(status="all")
MOST = 5_000
"""Hits of one plan: so many take a few seconds, for which nobody else can write."""

Among = tuple[str, list[Value]]
"""A condition on `segments`, and its values."""
Substitute = Callable[[Sequence[str]], list[tuple[int, str]]]
"""From texts to those that change: their index, and the new text."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What one segment says, and would say."""

    segment: int
    before: str
    after: str
    verified: bool
    """Whether a person has listened to it and accepted its text."""
    seen: int
    """Its revision."""


@dataclass(frozen=True, slots=True)
class ReplacementPlan:
    """What would be replaced."""

    find: str
    replace: str
    hits: tuple[Hit, ...]
    """In the order of their numbers, at most MOST."""
    more: int = 0
    """How many there are beyond those; they can be had when these are done."""


@dataclass(frozen=True, slots=True)
class Replaced(ActionDone):
    """What was replaced."""

    left_out: tuple[Hit, ...]
    """Those that were chosen, but say something else by now; they are as they were."""


def plan(
    store: Store,
    find: str,
    replacement: str,
    *,
    whole_words: bool = True,
    match_case: bool = False,
    regex: bool = False,
    view: View = ALL,
) -> ReplacementPlan:
    """All segments of a view in which something is found, and what they would become.

    Accents matter: “que” is not “qué”. Where case does not, the replacement takes the case of what it
    replaces: Casa becomes Perro, CASA becomes PERRO.

    Args:
        find: text, or a regular expression as `re` has it.
        replacement: text; for an expression it may refer to its groups.
        whole_words: whether “casa” leaves “casas” alone; an expression says so itself.
        match_case: whether “casa” leaves “Casa” alone.

    Raises:
        StoreError: nothing to find, an expression that is none or takes too long, an unknown view.
    """
    find, replacement = (_plain(find), _plain(replacement)) if regex else (clean(find), clean(replacement))
    if not find:
        raise StoreError("There is nothing to find", "type a word or an expression")
    if regex:

        def expression(texts: Sequence[str]) -> list[tuple[int, str]]:
            return patterns.replaced(texts, find, replacement, match_case)

        return planned(find, replacement, hits(store, view, ("TRUE", []), expression))
    pattern = re.compile(whole(find) if whole_words else re.escape(find), 0 if match_case else re.IGNORECASE)
    among = holding(find) if whole_words else resembling(find)
    like = "" if match_case else find
    substitute = by_pattern(pattern, lambda found: cased(replacement, found[0], like))
    return planned(find, replacement, hits(store, view, among, substitute))


def planned(find: str, replacement: str, found: Sequence[Hit]) -> ReplacementPlan:
    """The plan for these hits, or for as many of them as one action may have."""
    return ReplacementPlan(find, replacement, tuple(found[:MOST]), max(0, len(found) - MOST))


def carry_out(store: Store, author: str, chosen_from: ReplacementPlan, chosen: Collection[int]) -> Replaced:
    """Replace in the chosen segments of a plan, as one action.

    Args:
        chosen: numbers of segments; those that are not in the plan are passed over.

    Returns:
        What was done, and which segments were left out because they were changed since the plan was made.

    Raises:
        ConflictError: all of them were changed since.
        StoreError: none was chosen.
    """
    wanted = set(chosen)
    asked = [hit for hit in chosen_from.hits if hit.segment in wanted]
    changes: list[SegmentChange] = []
    left_out: list[Hit] = []
    conflict: ConflictError | None = None
    with store.transaction():
        now = {row.id: row for row in queue.rows(store, [hit.segment for hit in asked])}
        for hit in asked:
            was, revision = edits.state(store, hit.segment)
            to = _becomes(was, hit.after)
            if revision == hit.seen and now[hit.segment].text == hit.before:
                changes.append(SegmentChange(hit.segment, to, revision))
            else:
                left_out.append(hit)
                conflict = conflict or ConflictError(
                    hit.segment, was, to, revision, _changed_by(store, hit, revision)
                )
        if conflict and not changes:
            raise conflict
        summary = f"{chosen_from.find} → {chosen_from.replace} ({len(changes)} times)"
        done = act(store, author, "replace", changes, summary=summary)
    return Replaced(done.action, done.segments, tuple(left_out))


def hits(store: Store, view: View, among: Among, substitute: Substitute) -> tuple[Hit, ...]:
    """What a substitution would change in the segments of a view, retired ones left out.

    Args:
        among: words for the index of texts, or a pattern of LIKE, that let through all segments which
            `substitute` could change.

    Raises:
        StoreError: an unknown view.
    """
    condition, value = among
    rows = store.execute(
        f"SELECT id, text, status, revision FROM segments WHERE {condition} AND status != 'retired' ORDER BY id",
        value,
    )
    if replace(view, order=ALL.order, cost=ALL.cost) != ALL:
        wanted = set(queue.numbers(store, view))
        rows = [row for row in rows if row["id"] in wanted]
    found = []
    for index, text in substitute([row["text"] for row in rows]):
        row, after = rows[index], _tidy(text)
        if after != row["text"]:
            found.append(Hit(row["id"], row["text"], after, row["status"] == "corrected", row["revision"]))
    return tuple(found)


def holding(words: str) -> Among:
    """The segments in which all of these words occur, by the index; all where there is no word in it."""
    query = match(words)
    return ("id IN (SELECT rowid FROM texts WHERE texts MATCH ?)", [query]) if query else ("TRUE", [])


def resembling(text: str) -> Among:
    """The segments in which a text occurs, even inside a word: a scan of all texts.

    SQLite knows upper and lower case of ASCII letters only, so that all others are let through.
    """
    plain = "".join(char if char.isascii() and char not in "%_\\" else "_" for char in text)
    return "text LIKE ?", [f"%{plain}%"]


def by_pattern(pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> Substitute:
    """Replace whatever a pattern finds."""

    def substitute(texts: Sequence[str]) -> list[tuple[int, str]]:
        found = [(index, *pattern.subn(replacement, text)) for index, text in enumerate(texts)]
        return [(index, text) for index, text, count in found if count]

    return substitute


def cased(replacement: str, found: str, like: str) -> str:
    """A replacement in the case of what it replaces.

    Capitals that the person typed stay (madrid becomes Madrid, casa becomes La Paz), unless `like`, what was
    to be found, has them too: then they only say how a sentence begins.
    """
    if not like or replacement.lower() == like.lower():
        return replacement
    if like[:1].isupper() and not found[:1].isupper():
        return replacement[:1].lower() + replacement[1:]
    if len(found) > 1 and found.isupper():
        return replacement.upper()
    return replacement[:1].upper() + replacement[1:] if found[:1].isupper() else replacement


def whole(text: str) -> str:
    """An expression that finds a text, but not as a part of a word."""
    before = r"(?<!\w)" if re.match(r"\w", text) else ""
    after = r"(?!\w)" if re.search(r"\w$", text) else ""
    return before + re.escape(text) + after


def _becomes(was: SegmentState, text: str) -> SegmentState:
    """A verified text stays verified; all others are only proposed."""
    return replace(was, proposal=text) if was.reference is None else replace(was, reference=text)


def _changed_by(store: Store, hit: Hit, revision: int) -> str:
    """Who changed a segment since the plan was made: a person, or a recogniser that heard it again."""
    if revision == hit.seen:
        return str(store.get("segments", hit.segment)["model"])
    return str(store.get("corrections", revision)["author"])


def _tidy(text: str) -> str:
    """What `clean` would make of a text, sooner for the usual one that holds nothing to be removed."""
    if len(text) > LIMIT or not text.isprintable():
        return clean(text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _plain(expression: str) -> str:
    """An expression or a template without what no text has; its spaces stay."""
    visible = "".join(char for char in expression if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    return unicodedata.normalize("NFC", visible)
