"""How models read: a line each in the list, and all there is to say about the one under the cursor."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from core.own_models.memory import TOO_BIG, Memory
from core.own_models.trying import Trial
from core.versions.active import PARTS, VARIABLES
from models.kind import RECOGNISER, TUTOR, VOICE
from tui.keys import letter
from tui.models.inventory import BROKEN, BY_HAND, ELSEWHERE, HERE, IN_USE, TO_FETCH, Inventory, ModelRow
from tui.shell.listing import LineRow
from tui.text import plain
from tui.theme import BAD, GOOD, MUTED, STRONG

HEADS = {
    RECOGNISER: "Recogniser: what hears you",
    TUTOR: "Tutor: who answers",
    VOICE: "Voice: what you hear",
}
MARKS = {
    IN_USE: ("●", GOOD), HERE: ("✓", ""), ELSEWHERE: ("+", ""), TO_FETCH: ("↓", MUTED), BY_HAND: ("·", MUTED),
    BROKEN: ("×", BAD),
}  # fmt: skip
STATE, SIZE, FIT, LICENCE, LANGUAGES = 16, 9, 9, 22, 17
"""Cells."""
ROOMY = 100
"""Cells from which licence and languages are in the list, too."""
SPEAKERS = 6
"""That are named."""
BAR = 8
"""Cells of a bar."""


def model_rows(inventory: Inventory, at_work: Mapping[str, str], width: int) -> list[LineRow]:
    """All models by part, those in use first.

    Args:
        at_work: name of a model → what is being done with it.
        width: cells.
    """
    rows: list[LineRow] = []
    for part in PARTS:
        models = inventory.of(part)
        if rows:
            rows.append(LineRow(Content("")))
        heads = "memory   licence".ljust(FIT + LICENCE) + "languages" if width >= ROOMY else "memory"
        name = _name_room(width)
        rows.append(
            LineRow(
                Content.assemble(
                    (HEADS[part].ljust(name + 2), STRONG), (f"{'':<{STATE}}{'size':>7}  {heads}", MUTED)
                )
            )
        )
        rows += [_line(row, at_work.get(row.entry.name, ""), width) for row in models]
    return rows


def _name_room(width: int) -> int:
    more = LICENCE + LANGUAGES if width >= ROOMY else 0
    return max(16, width - 2 - STATE - SIZE - FIT - more)


def _line(row: ModelRow, doing: str, width: int) -> LineRow:
    entry = row.entry
    mark, style = MARKS[row.state]
    state = doing or (row.program if row.state == ELSEWHERE else row.state)
    name = plain(entry.name) + (f":{plain(entry.speaker)}" if entry.speaker else "")
    parts: list[tuple[str, str]] = [
        (f"{mark} ", style),
        (_cut(name, _name_room(width)), MUTED if row.state in (TO_FETCH, BY_HAND, BROKEN) else ""),
        (_cut(plain(state), STATE), STRONG if doing else style),
        (f"{size(entry.size_mb):>7}  " if entry.size_mb else " " * SIZE, MUTED),
        (_cut("too big" if row.fit == TOO_BIG else row.fit, FIT), BAD if row.fit == TOO_BIG else MUTED),
    ]
    if width >= ROOMY:
        parts += [
            (_cut(plain(entry.licence) if row.state != BROKEN else "", LICENCE), MUTED),
            (_cut(plain(", ".join(entry.languages[:2])), LANGUAGES), MUTED),
        ]
    return LineRow(Content.assemble(*parts), row.key)


def about(row: ModelRow, inventory: Inventory, trial: Trial | str | None) -> Content:
    """What there is to say about a model, a line each.

    Args:
        trial: how it did when it was tried, or why it could not be; None where it was not.
    """
    entry = row.entry
    if row.state == BROKEN:
        return Content("\n").join([Content.styled(plain(entry.name), "bold"), Content(plain(row.why_not))])
    kinds = [entry.format, entry.licence, ", ".join(entry.languages)]
    lines = [Content.assemble((plain(entry.name), "bold"), "  " + plain(" · ".join(one for one in kinds if one)))]
    lines.append(Content(f"{size(entry.size_mb)} on the disk, {memory_words(row, inventory.memory)}"))
    if entry.note:
        lines.append(Content(plain(entry.note)))
    lines.append(Content.styled(plain(_place(row)), MUTED))
    if row.speakers:
        lines.append(Content(plain(_speakers(row))))
    if row.state == IN_USE and entry.part in inventory.forced:
        variable = VARIABLES[entry.part]
        lines.append(Content(f"{variable} names it, and goes before what is chosen here as long as it is set."))
    if isinstance(trial, Trial):
        lines.append(Content.styled("✓ ", GOOD) + Content(plain(tried(trial, entry.part))))
    elif trial is not None:
        lines.append(Content.styled("× ", BAD) + Content(plain(trial)))
    return Content("\n").join(lines)


def memory_words(row: ModelRow, memory: Memory) -> str:
    """What it takes of the memory, and whether that is there."""
    needs = f"about {size(row.needs_mb)} of memory"
    if not row.fit:
        return needs
    if row.state == IN_USE:
        return f"{needs}: {row.fit}"
    free = f"{size(memory.free_mb)} of {size(memory.total_mb)} free" if memory.free_mb else size(memory.total_mb)
    return f"{needs}: {row.fit} ({free})"


def tried(trial: Trial, part: str) -> str:
    """How a model did when it was tried."""
    loaded = f"loaded in {trial.load_seconds:.1f} s"
    if part == RECOGNISER:
        return f"{loaded}, heard a second of silence in {trial.work_seconds:.1f} s"
    if part == TUTOR:
        return f"{loaded}, began to answer in {trial.work_seconds:.1f} s: “{trial.said}…”"
    return f"{loaded}, made in {trial.work_seconds:.1f} s: “{trial.said}”"


def banner(inventory: Inventory) -> str:
    """What somebody should know who has only the starters; empty for all others."""
    if not inventory.deaf:
        return ""
    key = letter("everyday")
    if missing := inventory.everyday_missing:
        names = " and ".join(entry.name for entry in missing)
        much = size(sum(entry.size_mb for entry in missing))
        return f"The starter understands no people. {key} fetches the everyday set, which does: {names} ({much})."
    if idle := inventory.everyday_idle:
        names = " and ".join(entry.name for entry in idle)
        return f"The starter understands no people. {key} uses {names} from now on."
    return "The starter understands no people: choose another recogniser, or fetch one."


def progress(text: str, share: float | None) -> str:
    """How far a task is, with a bar where that is known."""
    if share is None:
        return text
    full = round(min(max(share, 0.0), 1.0) * BAR)
    return f"{'█' * full}{'░' * (BAR - full)} {text}"


def _place(row: ModelRow) -> str:
    entry = row.entry
    if entry.starter:
        return "It comes with Tertulia."
    if row.state == ELSEWHERE:
        return f"{row.program} keeps it in {entry.path}; it is linked to, not copied."
    if entry.path is not None:
        return f"{entry.path}, a link to {row.links_to}" if row.links_to else str(entry.path)
    if row.state == TO_FETCH:
        return f"From {entry.source}, or wherever else it can be had."
    file = f"{entry.file} of " if entry.file else ""
    return f"Put {file}huggingface.co/{entry.source} into the folder below, and press {letter('again')}."


def _speakers(row: ModelRow) -> str:
    now = row.entry.speaker or row.speakers[0]
    others = [speaker for speaker in row.speakers if speaker != now]
    more = f" and {len(others) - SPEAKERS} more" if len(others) > SPEAKERS else ""
    return f"{now} speaks; {', '.join(others[:SPEAKERS])}{more} can, too: {letter('speaker')} lets you hear them."


def size(megabytes: int) -> str:
    return f"{megabytes} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def _cut(text: str, room: int) -> str:
    return (text if len(text) < room else f"{text[: room - 2]}…").ljust(room)
