"""Two versions side by side on the same clips: what each heard, and the clip itself to listen to.

Clips on which they differ most come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual import events, on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from core.player.protocol import Play
from models.evaluation.rates import LEAST_WORDS
from tui.keys import Key, bindings
from tui.shell.clip_player import ClipPlayer, PlayingFailed
from tui.shell.header_and_keys import KeysLine
from tui.shell.listing import LineRow, Listing
from tui.shell.mode_screen import ModeScreen
from tui.text import plain
from tui.theme import BAD, GOOD, MUTED, STRONG
from tui.train.differences import LEGEND, marked, wrapped
from tui.train.verdict_page import change_text, rate_text
from tui.train.version_comparer import ClipsHeard, ComparisonFailed, ComparisonRead, VersionComparer

if TYPE_CHECKING:
    from core.versions.compare import Comparison
    from models.evaluation.evaluate import HeardClip
    from tui.database_worker import DatabaseWorker

SET = "test"
SHORT = 20
"""Rows of a terminal that has no room to spare."""

COMPARE = (
    Key("compare.play", ("main", "accept"), "play", "listen", "Hear the clip; again to stop.", foot=True,
        title="Listen to the clip"),
    Key("compare.down", ("down",), "move(1)", "next", "Go to the next clip."),
    Key("compare.up", ("up",), "move(-1)", "previous", "Go to the clip before."),
    Key("compare.page_down", ("a screen down",), "page(1)", "page down", "Go a page down."),
    Key("compare.page_up", ("a screen up",), "page(-1)", "page up", "Go a page up."),
    Key("compare.first", ("first",), "end(0)", "first", "Go to the first clip."),
    Key("compare.last", ("last",), "end(-1)", "last", "Go to the last clip."),
    Key("compare.swap", ("next page",), "swap", "swap",
        "Let the two change places.", foot=True, title="Swap the two"),
    Key("compare.back", ("back",), "back", "back", "Go back to the versions.", foot=True),
)  # fmt: skip


class CompareScreen(ModeScreen):
    """What two versions heard in held-out clips.

    Args:
        first, second: names of versions; the second is measured against the first.
        database: reads it.
    """

    MODE = "train"
    KEYS = COMPARE
    CSS_PATH = "compare.tcss"
    BINDINGS = bindings(COMPARE)
    AUTO_FOCUS = "Listing"

    def __init__(self, first: str, second: str, database: DatabaseWorker) -> None:
        super().__init__()
        self.names = (first, second)
        self.comparison: Comparison | None = None
        self.database = database
        self.comparer: VersionComparer | None = None
        """None where there is no data folder."""
        self.player = ClipPlayer(self, lambda: self.tertulia.make_player())
        self.about = Static(id="about", markup=False)
        self.clips = Listing(id="clips")
        self.words = Static(id="words", markup=False)
        self._gains: Mapping[int, float] = {}

    def body(self) -> Iterable[Widget]:
        yield self.about
        yield self.clips
        yield self.words

    def on_mount(self) -> None:
        self._say_how_far("loading both")
        if self.tertulia.data is not None:
            self.comparer = VersionComparer(self, self.tertulia.data, *self.names)
            self.comparer.begin()

    async def on_unmount(self) -> None:
        if self.comparer is not None:
            await self.comparer.stop()
        await self.player.close()

    def on_screen_suspend(self) -> None:
        """Nobody listens to a screen that is not shown."""
        self.player.hush()

    def on_resize(self, event: events.Resize) -> None:
        """Do without empty lines where there is no room for them, and fold texts anew."""
        self.set_class(event.size.height < SHORT, "-short")
        self.call_after_refresh(self._draw)

    # --- comparing --------------------------------------------------------------------------------

    @on(ClipsHeard)
    def show_progress(self, message: ClipsHeard) -> None:
        self._say_how_far(message.text)

    def _say_how_far(self, text: str) -> None:
        first, second = self.names
        lines = (
            Content.styled(plain(f"{first} beside {second}"), STRONG),
            Content.styled(plain(f"▶ {text}…"), MUTED),
        )
        self.about.update(Content("\n").join(lines))

    @on(ComparisonFailed)
    def say_why(self, message: ComparisonFailed) -> None:
        self.about.update(Content.assemble(("× ", BAD), plain(message.why)))

    @on(ComparisonRead)
    def show_comparison(self, message: ComparisonRead) -> None:
        self.comparison, self._gains = message.comparison, message.gains
        self._draw()
        self.query_one(KeysLine).refresh()

    # --- drawing ----------------------------------------------------------------------------------

    def _draw(self) -> None:
        comparison = self.comparison
        if comparison is None:
            return
        self.about.update(Content("\n").join(headings(comparison, self.names)))
        self.clips.show(lambda width: clip_rows(comparison))
        self._draw_words()

    @on(Listing.Moved)
    def moved(self) -> None:
        """Another clip: what was heard in it."""
        self.player.hush()
        self._draw_words()

    def _draw_words(self) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        width = max(20, self.size.width - 5)
        _, one, other = chosen
        label = max(4, *(len(name) for name in self.names)) + 2
        lines = wrapped(Content(plain(one.reference)), width, "said", label)
        for name, heard in zip(self.names, (one, other), strict=True):
            lines += wrapped(marked(one.reference, heard.heard), width, plain(name), label)
        self.words.update(Content("\n").join([*lines, Content.styled(LEGEND, MUTED)]))

    @property
    def _chosen(self) -> tuple[int, HeardClip, HeardClip] | None:
        """Place of the clip under the cursor, and what either heard in it."""
        if self.comparison is None or not self.clips.key:
            return None
        place = int(self.clips.key)
        return place, self.comparison.first.sets[SET][place], self.comparison.second.sets[SET][place]

    # --- keys -------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("play", "swap"):
            return self.comparison is not None
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        self.dismiss()

    def action_move(self, step: int) -> None:
        self.clips.move(step)

    def action_page(self, step: int) -> None:
        self.clips.page(step)

    def action_end(self, place: int) -> None:
        self.clips.end(place)

    def action_swap(self) -> None:
        """The second first; the change turns round with them."""
        if self.comparison is not None:
            self.names = (self.names[1], self.names[0])
            self.comparison = self.comparison.swapped()
            self._draw()

    @on(Listing.Clicked)
    def action_play(self) -> None:
        chosen = self._chosen
        if self.player.playing:
            self.player.hush()
        elif chosen is not None and self.comparison is not None:
            if not self.tertulia.sound:
                self.tertulia.tell("Sound is off (--no-sound).", "information")
                return
            span = self.comparison.spans[chosen[0]]
            self.player.play(Play(span.sha256, span.start, span.end, gain=self._gains.get(span.segment, 1.0)))

    @on(PlayingFailed)
    def tell_why(self, message: PlayingFailed) -> None:
        self.tertulia.tell(message.why, "warning")


def headings(comparison: Comparison, names: tuple[str, str]) -> list[Content]:
    """How both did on all clips, and what the difference means."""
    first, second, change = comparison.first, comparison.second, comparison.change
    clips, words = len(first.sets[SET]), change.words
    whose = "your test" if comparison.split == "test" else f"the split {comparison.split}"
    head = f"{plain(names[0])} beside {plain(names[1])}, on {clips:,} clips of {whose} ({words:,} words)"
    room = max(6, *(len(name) for name in names)) + 2
    lines = [Content.styled(head, STRONG)]
    for name, heard in zip(names, (first, second), strict=True):
        ghosts = f"  {heard.silence.words} words in silence"
        lines.append(
            Content.assemble((f"{plain(name):<{room}}", MUTED), rate_text(heard.wer(SET)), (ghosts, MUTED))
        )
    said = change_text(change)
    if words < LEAST_WORDS:
        said += Content.styled(f" (fewer than {LEAST_WORDS} words: too little to say)", MUTED)
    return [*lines, Content.assemble((f"{'change':<{room}}", MUTED), said)]


def clip_rows(comparison: Comparison) -> list[LineRow]:
    """A line a clip, those on which the two differ most first: the errors of both, and what was said."""
    pairs = list(zip(comparison.first.sets[SET], comparison.second.sets[SET], strict=True))
    order = sorted(range(len(pairs)), key=lambda place: -abs(_gained(*pairs[place])))
    return [_clip_row(place, *pairs[place]) for place in order]


def _gained(one: HeardClip, other: HeardClip) -> int:
    return other.words.count - one.words.count


def _clip_row(place: int, one: HeardClip, other: HeardClip) -> LineRow:
    gained = _gained(one, other)
    mark, style = ("↓ fewer", GOOD) if gained < 0 else ("↑ more", BAD) if gained else ("= same", MUTED)
    errors = f"{one.words.count:>3} → {other.words.count:<3}"
    line = Content.assemble((f"{mark:<8}", style), errors, "  ", plain(one.reference))
    return LineRow(line, str(place))
