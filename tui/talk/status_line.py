"""What the engine is doing: the level meter, the state in words, and how fast the last answer came."""

from __future__ import annotations

from time import monotonic

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget

from core.engine.protocol import Level
from store.units import SAMPLE_RATE
from tui.keys import letter
from tui.talk.meter import Meter
from tui.theme import STRONG

MARKS = {"starting": "◌", "idle": "○", "listening": "●", "thinking": "◌", "speaking": "▶", "gone": "×"}


class StatusLine(Widget):
    """Meter and state at the left, timing at the right. Every state has its own mark and its own word."""

    DEFAULT_CSS = "StatusLine { height: 1; padding: 0 1; color: $text-muted; }"

    state: reactive[str] = reactive("starting")
    """starting, idle, listening, thinking, speaking, or gone."""
    hands_free: reactive[bool] = reactive(False)
    microphone: reactive[bool] = reactive(True)
    """Whether there is one to listen to."""
    level: reactive[Level | None] = reactive(None)
    """The newest loudness of the turn being heard."""
    you_to_voice: reactive[float | None] = reactive(None)
    """Seconds from the end of the learner's turn to the first sound of the answer."""

    _clock: Timer

    def __init__(self) -> None:
        super().__init__()
        self._meter = Meter()
        self._since = monotonic()

    def on_mount(self) -> None:
        self._clock = self.set_interval(0.1, self.refresh, pause=True)

    def watch_state(self, state: str) -> None:
        """A new turn begins with an empty meter; the seconds of thinking are counted, and only those."""
        self._since = monotonic()
        if state == "listening":
            self.level = None
            self._meter.clear()
        if self.is_mounted:
            (self._clock.resume if state == "thinking" else self._clock.pause)()

    def watch_level(self, level: Level | None) -> None:
        if level is not None:
            self._meter.push(level.rms, level.speech)

    def render(self) -> RenderResult:
        room = self.content_size.width
        state, details = self._words()
        left = self._meter.draw(min(40, room // 4)) + "  "
        left += Content.styled(f"{MARKS.get(self.state, '○')} {state}", STRONG)
        timing = Content("")
        if self.you_to_voice is not None:
            timing = Content.assemble("you→voice ", (f"{self.you_to_voice * 1000:.0f} ms", STRONG))
        # The details give way first, then the timing; the state stays.
        while details and left.cell_length + sum(len(d) + 3 for d in details) + timing.cell_length + 3 > room:
            details.pop()
        for detail in details:
            left += f"   {detail}"
        gap = room - left.cell_length - timing.cell_length
        return left + " " * gap + timing if gap >= 2 else left.truncate(room, ellipsis=True)

    def _words(self) -> tuple[str, list[str]]:
        hands_free = ["hands-free"] if self.hands_free else []
        level = self.level
        match self.state:
            case "listening" if level is not None:
                safe = f"{level.safe / SAMPLE_RATE:.1f} s safe on disk"
                return "listening", [f"{level.seconds:.1f} s", f"pause {level.pause:.1f} s", *hands_free, safe]
            case "thinking":
                return "thinking", [f"{monotonic() - self._since:.1f} s"]
            case "starting":
                return "waking up the models…", []
            case "gone":
                return "the engine has stopped", [f"{letter('begin')} starts it again"]
            case "idle":
                return "ready", hands_free if self.microphone else ["no microphone: write instead"]
            case state:
                return state, hands_free
