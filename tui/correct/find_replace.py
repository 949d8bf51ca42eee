"""Find and replace in all segments: what would change is seen before anything does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from core.words import counted
from store.errors import StoreError
from tui.correct.hit_list import HitList
from tui.database_worker import DatabaseWorker
from tui.keys import Key, bindings, shown
from tui.text import plain
from tui.theme import KEY, MUTED

if TYPE_CHECKING:
    from core.review.desk import Desk
    from core.review.replacing import ReplacementPlan

PAUSE = 0.15
"""Seconds after the last letter before the preview is made anew."""

REPLACE = (
    Key("replace.apply", ("accept",), "apply", "replace", "Replace in all that are ticked.", foot=True),
    Key("replace.tick", ("main",), "tick", "tick", "Tick a segment, or take its tick away.", foot=True),
    Key("replace.all", (), "tick_all", "all/none", "Tick all segments, or none.", foot=True, answers=("a",)),
    Key(
        "replace.words",
        (),
        "option('whole_words')",
        "whole words",
        "Whole words only.",
        writing_answer="f2",
        foot=True,
    ),
    Key("replace.case", (), "option('match_case')", "case", "Heed capitals.", writing_answer="f3", foot=True),
    Key("replace.regex", (), "option('regex')", "pattern", "A regular expression.", writing_answer="f4", foot=True),
    Key("replace.down", ("down",), "move(1)", "down", "To the preview, and down in it.", writing="down"),
    Key("replace.up", ("up",), "move(-1)", "up", "Up; from the top back to the fields.", writing="up"),
    Key("replace.close", ("back",), "close", "back", "Change nothing.", writing="back", foot=True),
)  # fmt: skip


class Replace(ModalScreen["tuple[ReplacementPlan, set[int]] | None"]):
    """Gives a plan and the segments that were ticked in it, or None.

    Args:
        worker: looks for the segments.
        plan: makes a plan to begin with, instead of asking for words.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = bindings(REPLACE)

    whole_words: reactive[bool] = reactive(True)
    match_case: reactive[bool] = reactive(False)
    regex: reactive[bool] = reactive(False)

    def __init__(self, worker: DatabaseWorker, plan: Callable[[Desk], ReplacementPlan] | None = None) -> None:
        super().__init__()
        self._worker = worker
        self._given = plan
        self._plan: ReplacementPlan | None = None
        self._timer: Timer | None = None
        self.find = Input(compact=True, id="find", max_length=500)
        self.becomes = Input(compact=True, id="becomes", max_length=500)
        self.hits = HitList()
        self.says = Static(id="says", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            title = "Fix all like this" if self._given else "Find and replace"
            yield Static(Content.styled(title, "bold"))
            if self._given is None:
                yield Horizontal(Static("Find", classes="muted"), self.find, classes="field")
                yield Horizontal(Static("Replace with", classes="muted"), self.becomes, classes="field")
            yield self.hits
            yield self.says
            yield Static(id="keys")

    def on_mount(self) -> None:
        if self._given is None:
            self.find.focus()
        else:
            self.hits.focus()
            self._look()
        self._show_keys()

    def on_descendant_focus(self) -> None:
        """Other keys in the fields than in the list."""
        self._show_keys()

    def _show_keys(self) -> None:
        items = []
        in_list = self.hits.has_focus or self._given is not None
        for key in REPLACE:
            name = (key.keys[0] if key.keys else "") if in_list else key.writing_key
            if not key.foot or not name or (in_list and not key.keys):
                continue
            option = key.action.partition("'")[2].partition("'")[0]
            mark = ("[x] " if getattr(self, option) else "[ ] ") if key.action.startswith("option") else ""
            items.append(Content.assemble((shown(name), KEY), f" {mark}{key.label}"))
        if not in_list:
            items.insert(0, Content.assemble(("enter", KEY), " next"))
        self.query_one("#keys", Static).update(Content("  ").join(items))

    @on(Input.Changed)
    def typed(self) -> None:
        """Look again, when the typing pauses."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._look)

    @on(Input.Submitted)
    def on_to_the_next(self, event: Input.Submitted) -> None:
        """From the first field to the second, and on to the preview."""
        (self.becomes if event.input is self.find else self.hits).focus()

    @work(exclusive=True, exit_on_error=False)
    async def _look(self) -> None:
        find, becomes = self.find.value, self.becomes.value
        options = {name: getattr(self, name) for name in ("whole_words", "match_case", "regex")}
        given = self._given or (lambda desk: desk.plan_replacement(find, becomes, **options))
        if self._given is None and not find.strip():
            self._show(None)
            return
        try:
            plan = await self._worker.read(given)
        except StoreError as error:
            self._show(None, str(error))
            return
        self._show(plan)

    def _show(self, plan: ReplacementPlan | None, says: str = "") -> None:
        self._plan = plan
        self.hits.show(plan.hits if plan else ())
        self.says.update(Content.styled(plain(says), MUTED))
        self._show_counts()

    def _show_counts(self) -> None:
        plan = self._plan
        if plan is not None:
            count, ticked = len(plan.hits), len(self.hits.ticked)
            verified = sum(hit.verified and hit.segment in self.hits.ticked for hit in plan.hits)
            said = f"“{plain(plan.find)}” → “{plain(plan.replace)}”: "
            said += counted(count, "segment") if ticked == count else f"{ticked:,} of {counted(count, 'segment')}"
            self.says.update(
                Content.styled(f"{said}, {verified:,} of them corrected (✓)" if verified else said, MUTED)
            )

    def action_option(self, name: str) -> None:
        """Switch one of the options."""
        setattr(self, name, not getattr(self, name))
        self._show_keys()
        self._look()

    def action_move(self, step: int) -> None:
        """Between the fields and the lines."""
        if self.hits.has_focus and (step > 0 or self.hits.chosen > 0 or self._given is not None):
            self.hits.move(step)
        elif step > 0:
            (self.becomes if self.find.has_focus else self.hits).focus()
        else:
            (self.becomes if self.hits.has_focus else self.find).focus()

    def action_tick(self) -> None:
        self.hits.tick()
        self._show_counts()

    def action_tick_all(self) -> None:
        self.hits.tick_all()
        self._show_counts()

    def action_apply(self) -> None:
        if self.hits.has_focus and self._plan is not None and self.hits.ticked:
            self.dismiss((self._plan, set(self.hits.ticked)))

    def action_close(self) -> None:
        self.dismiss(None)
