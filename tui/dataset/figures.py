"""How the figures of the dataset read on a screen: hours, errors, shape, milestones, and the person's pace.

Every bar has its number beside it, and every error rate its interval and the words it rests on.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from core.words import counted, duration
from store.segments.queue import View
from tui.dataset.bars import bar, columns, interval
from tui.dataset.panel_pages import Panel, PanelLine, Section, Target
from tui.text import plain
from tui.theme import ACCENT, FAINT, GOOD, MUTED, STRONG

if TYPE_CHECKING:
    from core.dataset.milestones import MilestoneProgress
    from core.dataset.rates import Rate
    from core.dataset.stats import Amount, AnnotatorPace, Bin, Forecast, Stats

BY = ("status", "split", "speaker", "source")
MOST = 40
"""Names in one panel, those with most audio."""
TALL = 5
"""Rows of a histogram."""
SHAPES = {
    "seconds": ("Length in seconds", 1.0, 30, 5),
    "confidence": ("How sure the ear was, from 0 to 1", 0.05, 19, 4),
    "pace": ("Words a second", 0.5, 20, 4),
}
"""Title, width of a bin, last bin, bins between two labels."""


def sections(figures: Stats) -> list[Section]:
    """The sections that are known at once."""
    return [
        Section("Hours", tuple(_amounts(name, figures.by[name]) for name in BY)),
        Section("Errors", _rates(figures)),
        Section("Shape", tuple(_shape(name, bins) for name, bins in figures.histograms.items())),
        Section("Milestones", tuple(_milestone(one) for one in figures.milestones)),
        Section("Your pace", (_pace(figures.annotator, figures.agreement), _left(figures.forecast))),
    ]


def summary(figures: Stats) -> tuple[str, ...]:
    """The dataset in a line, what matters most first."""
    corrected = figures.by["status"].get("corrected")
    following = next((one for one in figures.milestones if not one.reached), None)
    return (
        f"{duration(corrected.seconds if corrected else 0.0)} corrected",
        f"{duration(figures.whole.seconds)} in all",
        f"{100 * following.share:.0f} % of {following.hours:g} h" if following else "all milestones reached",
        counted(figures.whole.segments, "segment"),
    )


# --- hours ----------------------------------------------------------------------------------------


def _amounts(name: str, amounts: Mapping[str, Amount]) -> Panel:
    return Panel(f"By {name}", partial(_amount_lines, name, amounts))


def _amount_lines(name: str, amounts: Mapping[str, Amount], width: int) -> list[PanelLine]:
    room = _room(amounts, width)
    most = max((one.seconds for one in amounts.values()), default=0.0) or 1.0
    lines = []
    for key, one in list(amounts.items())[:MOST]:
        end = f" {duration(one.seconds):>7}{one.segments:>9,}"
        drawn = bar(one.seconds / most, width - room - 1 - len(end))
        content = Content.assemble(f"{_name(name, key, room)} ", (drawn, ACCENT), end)
        lines.append(PanelLine(content, _opens(name, key)))
    return lines + _more(len(amounts))


def _opens(name: str, key: str) -> Target | None:
    """The segments of one name; those without any cannot be asked for."""
    if name == "status":
        return Target(View(order="worth" if key == "new" else "time", status=key), key)
    if not key:
        return None
    view = {
        "speaker": View(order="time", status="all", speaker=key),
        "split": View(order="time", status="all", split=key),
        "source": View(order="time", status="all", source=key),
    }[name]
    return Target(view, f"{name} {plain(key)}")


def _name(kind: str, key: str, room: int) -> str:
    nobody = {"speaker": "nobody named", "split": "none yet", "source": "unknown", "loudness": "not measured"}
    name = plain(key) or nobody.get(kind, "-")
    return (name if len(name) <= room else f"{name[: room - 1]}…").ljust(room)


def _room(names: Iterable[str], width: int) -> int:
    """Cells for the names, so that most are whole and there is still a bar."""
    longest = max((len(plain(name)) or 12 for name in names), default=0)
    return max(6, min(longest, width // 3))


def _more(number: int) -> list[PanelLine]:
    if number <= MOST:
        return []
    return [PanelLine(Content.styled(f"… and {number - MOST} more (tertulia stats --json)", MUTED))]


# --- errors ---------------------------------------------------------------------------------------

AGAINST = "What the newest recogniser heard against your corrections; WER counts words, CER letters."
HEADS = f"{'WER':>7} {'95 % interval':^15}{'CER':>7}{'words':>9}"


def _rates(figures: Stats) -> tuple[Panel, ...]:
    most = max(
        (rate.wer.high for rates in figures.errors_by.values() for rate in rates.values() if rate.wer.enough),
        default=figures.errors.wer.high,
    )
    strict = figures.errors.strict
    beside = "" if strict is None or not figures.errors.wer.enough else f" Strict, all: {100 * strict:.1f} %."
    tables = {"everyone": {"all": figures.errors}, **figures.errors_by}
    room = min(20, max(len(_name(by, key, 20).rstrip()) for by, rates in tables.items() for key in rates))
    return (
        *(Panel("", partial(_rate_lines, name, rates, max(10, room), most), 54) for name, rates in tables.items()),
        Panel(
            "How it is counted",
            partial(_wrapped, f"{AGAINST} {figures.method[:1].upper()}{figures.method[1:]}.{beside}"),
            54,
        ),
    )


def _rate_lines(name: str, rates: Mapping[str, Rate], room: int, most: float, width: int) -> list[PanelLine]:
    title = "All" if name == "everyone" else f"By {name}"
    room = max(6, min(room, width - len(HEADS) - 1))
    scale = width - room - len(HEADS) - 2
    ends = f"  0{100 * most:>{scale - 3}.1f} %" if scale >= 12 else ""
    lines = [PanelLine(Content.assemble((f"{title:<{room}}", STRONG), (HEADS + ends, MUTED)))]
    for key, rate in list(rates.items())[:MOST]:
        wer = rate.wer
        if wer.enough:
            bounds = f"{100 * wer.low:.1f} - {100 * wer.high:.1f}"
            letters = f"{100 * rate.cer:.1f} %" if rate.cer is not None else ""
            figure = Content.assemble((f"{100 * wer.value:5.1f} %", STRONG), f" {bounds:^15}{letters:>7}")
            drawn = interval(wer.value, wer.low, wer.high, most, scale) if scale >= 12 else ""
        else:
            figure, drawn = Content.styled(f"{'too little to say':^30}", MUTED), ""
        line = Content.assemble(_name(name, key, room), figure, f"{wer.words:>9,}  ", (drawn, ACCENT))
        opens = name == "split" or name == "speaker"
        view = View(order="time", status="corrected", **{name: key}) if opens and key else None  # type: ignore[arg-type]
        lines.append(PanelLine(line, Target(view, f"corrected, {name} {plain(key)}") if view else None))
    return lines + _more(len(rates))


# --- shape ----------------------------------------------------------------------------------------


def _shape(name: str, bins: Sequence[Bin]) -> Panel:
    return Panel(SHAPES[name][0], partial(_shape_lines, name, bins))


def _shape_lines(name: str, bins: Sequence[Bin], width: int) -> list[PanelLine]:
    _, each, last, step = SHAPES[name]
    counts: dict[int, int] = {}
    for one in bins:
        number = min(last, round(one.start / each))
        counts[number] = counts.get(number, 0) + one.segments
    if not counts:
        return [PanelLine(Content.styled("Nothing is known of it yet.", MUTED))]
    top = f" {max(counts.values()):,}"
    cell = max(1, min(3, (width - len(top)) // (last + 1)))
    drawn = [Content.styled(row, ACCENT) for row in columns(counts, 0, last, TALL, cell)]
    drawn[0] += Content.styled(top, MUTED)
    labels = ""
    for number in range(0, last + 1, step):
        labels = labels.ljust(number * cell) + f"{number * each:g}"
    ends = "+" if name != "confidence" else ""
    half, most = _share(counts, 0.5) * each, _share(counts, 0.9) * each
    return [
        *(PanelLine(row) for row in drawn),
        PanelLine(Content.styled(labels + ends, MUTED)),
        PanelLine(Content.styled(f"half under {half:g}, 90 % under {most:g}", MUTED)),
    ]


def _share(counts: Mapping[int, int], share: float) -> int:
    """The bin before which that share of all is."""
    wanted, passed = share * sum(counts.values()), 0
    for number in sorted(counts):
        passed += counts[number]
        if passed >= wanted:
            return number + 1
    return 0


# --- milestones -----------------------------------------------------------------------------------


def _milestone(one: MilestoneProgress) -> Panel:
    span = f"{one.hours:g}" if one.hours == one.to_hours else f"{one.hours:g} to {one.to_hours:g}"
    return Panel(f"{span} hours of corrected speech", partial(_milestone_lines, one), 54)


def _milestone_lines(one: MilestoneProgress, width: int) -> list[PanelLine]:
    state = "reached ✓" if one.reached else f"{100 * one.share:.0f} %, {duration(one.missing_seconds)} to go"
    drawn = bar(one.share, max(0, width - len(state) - 3))
    line = Content.assemble(("▕", FAINT), (drawn, GOOD if one.reached else ACCENT), ("▏", FAINT), f" {state}")
    return [PanelLine(line), *_wrapped(one.brings, width), *_wrapped(f"({one.source})", width, FAINT)]


# --- pace -----------------------------------------------------------------------------------------


def _pace(annotator: AnnotatorPace, agreement: Rate | None) -> Panel:
    return Panel(f"Your work ({plain(annotator.author)})", partial(_pace_lines, annotator, agreement), 54)


def _pace_lines(annotator: AnnotatorPace, agreement: Rate | None, width: int) -> list[PanelLine]:
    figures: dict[str, str] = {}
    if annotator.times_real_time is None:
        return _wrapped("Nothing is known of it yet: accept some segments on the Correct screen (2).", width)
    for label, value, unit in (
        ("speed", annotator.times_real_time, "× real time: seconds of work for a second of audio"),
        ("segments", annotator.segments_a_minute, "a minute"),
        ("corrections", annotator.errors_a_minute, "words put right a minute"),
        ("keys", annotator.keystrokes_a_segment, "a segment"),
        ("listened", annotator.listened, "seconds played for a second of audio"),
    ):
        if value is not None:
            figures[label] = f"{value:.1f} {unit}"
    accepted = counted(annotator.acceptances, "segment")
    figures["work"] = f"{duration(annotator.work_seconds)} for {accepted}, breaks left out"
    figures["agreement"] = (
        f"you write another word the second time: {agreement}"
        if agreement is not None
        else "not known yet: b on the Correct screen asks for a second look at some of yours"
    )
    return _labelled(figures, width)


def _left(forecast: Forecast) -> Panel:
    return Panel("What is left", partial(_left_lines, forecast), 54)


def _left_lines(forecast: Forecast, width: int) -> list[PanelLine]:
    if not forecast.segments:
        lines = _wrapped("Nothing waits for you.", width)
    else:
        waiting = f"{counted(forecast.segments, 'segment')}, {duration(forecast.audio_seconds)} of audio, "
        lines = _labelled(
            {
                "waiting": f"{waiting}about {forecast.expected_errors:,.0f} errors",
                "work": f"{duration(forecast.work_seconds)} for all of them",
            },
            width,
            Target(View(), ""),
        )
    if forecast.to_next_milestone is not None:
        missing = forecast.audio_is_missing
        more = f", and {duration(missing)} of audio that is not here yet" if missing else ""
        work = duration(forecast.to_next_milestone)
        lines += _labelled({"milestone": f"{work} of work to the next{more}"}, width)
    return lines + _labelled({"by": forecast.basis}, width)


def _labelled(figures: Mapping[str, str], width: int, opens: Target | None = None) -> list[PanelLine]:
    """Lines with a label before them; long ones go on below."""
    found: list[PanelLine] = []
    for label, text in figures.items():
        for place, part in enumerate(textwrap.wrap(text, max(10, width - 12))):
            line = Content.assemble((f"{label if not place else '':<12}", MUTED), part)
            found.append(PanelLine(line, opens if not found else None))
    return found


def _wrapped(text: str, width: int, style: str = MUTED) -> list[PanelLine]:
    return [PanelLine(Content.styled(part, style)) for part in textwrap.wrap(text, max(10, width))]
