"""Two people corrected the same segment: both texts, and one key to choose."""

from __future__ import annotations

from time import monotonic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.review.realign import same
from store.segments.edits import ConflictError, SegmentState
from tui.keys import Key, bindings
from tui.text import plain
from tui.theme import KEY, MUTED, STRONG

CONFLICT = (
    Key(
        "conflict.mine", (), "take('mine')", "mine", "Store your text instead of theirs.", foot=True, answers=("m",)
    ),
    Key(
        "conflict.theirs",
        (),
        "take('theirs')",
        "theirs",
        "Leave theirs; yours is dropped.",
        foot=True,
        answers=("t",),
    ),
    Key(
        "conflict.edit",
        ("back",),
        "take('edit')",
        "edit",
        "Go back to it with your text.",
        foot=True,
        answers=("e",),
    ),
)


class Conflict(ModalScreen[str]):
    """Gives mine, theirs or edit.

    Args:
        error: what happened; it has both states.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = bindings(CONFLICT)
    HELD_SECONDS = 0.7
    """So long keys choose nothing: whoever is typing when this appears did not mean it."""

    def __init__(self, error: ConflictError) -> None:
        super().__init__()
        self.error = error
        self._appeared = monotonic()

    def compose(self) -> ComposeResult:
        theirs, mine = _text(self.error.theirs), _text(self.error.yours)
        keys = Content("   ").join(Content.assemble((key.keys[0], KEY), f" {key.label}") for key in CONFLICT)
        with Vertical(id="box"):
            yield Static(
                Content.styled(f"{plain(self.error.author)} changed segment {self.error.segment} meanwhile", "bold")
            )
            yield Static(Content.styled(f"theirs ({self.error.theirs.status})", MUTED), classes="gap")
            yield Static(_differing(theirs, mine))
            yield Static(Content.styled("yours", MUTED), classes="gap")
            yield Static(_differing(mine, theirs))
            yield Static(keys, classes="gap")

    def action_take(self, which: str) -> None:
        if monotonic() - self._appeared >= self.HELD_SECONDS:
            self.dismiss(which)


def _text(state: SegmentState) -> str:
    return plain(state.reference if state.reference is not None else state.proposal or "")


def _differing(text: str, other: str) -> Content:
    """The text, with the words that the other one has not underlined."""
    words = text.split()
    shared = {place for place, _ in same(words, other.split())}
    parts = [Content.styled(word, "" if i in shared else f"{STRONG} underline") for i, word in enumerate(words)]
    return Content(" ").join(parts) if parts else Content.styled("(no text)", MUTED)
