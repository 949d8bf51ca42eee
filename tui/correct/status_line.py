"""Where you are in the queue, what you have heard, how fast you are, and whether it is stored."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.theme import GOOD, MUTED, STRONG

SAVED = {"": "", "draft": "draft", "saving": "saving…", "saved": "saved ✓", "failed": "not saved ×"}


class CorrectStatus(Widget):
    """One line; what matters least gives way first where it is narrow."""

    DEFAULT_CSS = "CorrectStatus { height: 1; color: $text-muted; }"

    place: reactive[int] = reactive(0)
    """Which of the queue, from 1; 0 for none."""
    count: reactive[int] = reactive(0)
    counted: reactive[bool] = reactive(True)
    """Whether `count` is all there are."""
    heard: reactive[float | None] = reactive(None)
    """Share of the segment that was listened to, 0 to 1; None without sound."""
    playing: reactive[bool] = reactive(False)
    pace: reactive[float] = reactive(1.0)
    loop: reactive[bool] = reactive(False)
    own: reactive[float | None] = reactive(None)
    """Seconds of the person's time for a second of audio."""
    saved: reactive[str] = reactive("")
    """draft, saving, saved or failed."""
    mode: reactive[str] = reactive("")
    """What the keys do just now, where it is not the usual."""

    def render(self) -> RenderResult:
        room = self.content_size.width
        left = Content.styled(f"{self.place} of {self.count}{'' if self.counted else '…'}", STRONG)
        if self.mode:
            left += Content.styled(f"  {self.mode}", STRONG)
        details = []
        if self.heard is not None:
            details.append(("▶" if self.playing else "‖") + f" heard {self.heard * 100:.0f} %")
        details += [f"{self.pace:g}×"] if self.pace != 1.0 else []
        details += ["loop"] if self.loop else []
        details += [f"you {self.own:.1f}× real time"] if self.own is not None else []
        right = Content.styled(SAVED.get(self.saved, ""), GOOD if self.saved == "saved" else MUTED)
        while details and left.cell_length + sum(len(d) + 2 for d in details) + right.cell_length + 2 > room:
            details.pop()
        for detail in details:
            left += f"  {detail}"
        gap = room - left.cell_length - right.cell_length
        return left + " " * gap + right if gap >= 2 else left.truncate(room, ellipsis=True)
