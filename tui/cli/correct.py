"""`tertulia correct ID`: one segment corrected, or put aside, from a script or a shell."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from tui.cli.progress import say
from tui.cli.queue import unsaid

if TYPE_CHECKING:
    from core.review.card import Card
    from core.review.desk import Desk
    from store.segments.edits import ConflictError

MOST = 3
"""Segments of one action that are shown."""
HELP = "correct one segment, put it aside, or show it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", type=int, metavar="ID", help="the segment's number; alone it is shown")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--text", metavar="T", help="what is said in it: becomes its reference")
    what.add_argument("--accept", action="store_true", help="its present text is right")
    what.add_argument("--skip", action="store_true", help="put it aside")
    what.add_argument("--flag", metavar="REASON", help="something is wrong with it")
    what.add_argument("--unsure", action="store_true", help="nobody can say what is said")
    what.add_argument("--reopen", action="store_true", help="let it wait again")
    what.add_argument("--undo", action="store_true", help="take back what you did last, here or in the app")
    what.add_argument("--redo", action="store_true", help="do again what was undone last")
    parser.add_argument("--note", metavar="N", help="a note beside it")
    parser.add_argument("--speaker", metavar="S", help="who speaks")
    parser.add_argument("--seen", type=int, metavar="REVISION", help="refuse if it was changed since this revision")
    parser.add_argument("--json", action="store_true", help="its new state as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Do what was asked, all of it or nothing; 1 when it conflicts with a change of somebody else."""
    from core.review.desk import Desk, author
    from store.database import Store
    from store.errors import StoreError
    from store.paths import data_folder
    from store.segments.edits import ConflictError

    back = options.undo or options.redo
    if back and any(value is not None for value in (options.id, options.note, options.speaker, options.seen)):
        raise StoreError("The newest action is undone or redone, whichever segment it was", "leave out the rest")
    if not back and options.id is None:
        raise StoreError("There is nothing to do", "name a segment, as in `tertulia correct 12 --text T`")
    with Store.open(data_folder()) as store:
        desk = Desk(store, author())
        try:
            if back:
                return _back(desk, options)
            with store.transaction():
                _do(desk, options)
        except ConflictError as conflict:
            return _both(conflict, options.json)
        _show(desk.card(options.id), options.json)
    return 0


def _do(desk: Desk, options: argparse.Namespace) -> None:
    """The actions that were asked for, one after the other. Raises StoreError."""
    card = desk.card(options.id)
    draft = card.text if card.draft else None
    if options.seen is not None:
        card = replace(card, row=replace(card.row, revision=options.seen))
    for act in _acts(desk, options):
        act(card)
        card = desk.card(options.id)
    if draft is not None and not card.draft:  # it was typed in the app, and not meant by this
        desk.draft(card, draft)


def _acts(desk: Desk, options: argparse.Namespace) -> Iterator[Callable[[Card], object]]:
    from store.errors import StoreError

    if options.text is not None:
        yield lambda card: desk.accept(card, options.text)
    if options.accept:
        yield lambda card: desk.accept(card, card.shown)
    if options.skip:
        yield desk.skip
    if options.flag is not None:
        if not options.flag.strip():
            raise StoreError("A flag without a reason helps nobody", "say what is wrong, as in --flag noise")
        yield lambda card: desk.flag(card, options.flag)
    if options.unsure:
        yield desk.unsure
    if options.reopen:
        yield desk.reopen
    if options.note is not None:
        yield lambda card: desk.note(card, options.note)
    if options.speaker is not None:
        yield lambda card: desk.speaker(card, options.speaker)


def _back(desk: Desk, options: argparse.Namespace) -> int:
    """Undo or redo, and say what. Raises ConflictError."""
    done = desk.undo() if options.undo else desk.redo()
    if done is None:
        say(f"There is nothing to {'undo' if options.undo else 'redo'}.")
        return 1
    if options.json:
        states = [_state(desk.card(number)) for number in done.segments]
        print(json.dumps({"kind": done.action.kind, "segments": states}, ensure_ascii=False))
    else:
        summary = f"“{done.action.summary}”, " if done.action.summary else ""
        word = "Undone" if options.undo else "Done again"
        print(f"{word}: {summary}segment {', '.join(map(str, done.segments))}.")
        for number in done.segments[:MOST]:
            _show(desk.card(number), as_json=False)
    return 0


def _both(conflict: ConflictError, as_json: bool) -> int:
    """Both texts of a conflict."""
    if as_json:
        sides = {
            "conflict": conflict.segment,
            "author": conflict.author,
            "revision": conflict.revision,
            "theirs": asdict(conflict.theirs),
            "yours": asdict(conflict.yours),
        }
        print(json.dumps(sides, ensure_ascii=False))
    say(str(conflict))
    return 1


def _show(card: Card, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_state(card), ensure_ascii=False))
        return
    row = card.row
    reason = f", {row.reason}" if row.reason else ""
    print(f"{row.id:>6}  {card.shown or unsaid(row)}")
    print(
        f"{'':8}{row.status}{reason}, {row.seconds:.1f} s, {row.speaker or 'no speaker'}, revision {row.revision}"
    )
    if card.draft:
        print(f"{'':8}draft: {card.text}")
    for warned in card.warnings:
        print(f"{'':8}{warned.sentence}")


def _state(card: Card) -> dict[str, object]:
    row = card.row
    names = ("id", "recording", "start", "end", "speaker", "status", "reason", "note", "reference", "proposal")
    return {
        **{name: getattr(row, name) for name in (*names, "heard", "text", "revision", "split", "errors")},
        "seconds": row.seconds,
        "draft": card.text if card.draft else None,
        "words": [
            {
                "word": word.text,
                "start": round(word.start, 3),
                "end": round(word.end, 3),
                "probability": word.probability,
                "doubtful": word.doubtful,
                "alternatives": word.alternatives,
            }
            for word in card.with_text(card.shown).words
        ],
        "warnings": [{"code": one.code, "sentence": one.sentence, "span": one.span} for one in card.warnings],
    }
