"""The dialog that lets the speakers of a voice be heard, and one of them be chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from core.own_models.trying import SENTENCE, Trial
from tui.keys import Key, bindings, shown
from tui.models.inventory import ModelRow
from tui.models.trials import TrialBegan, TrialEnded, Trials
from tui.services import PlayerLike
from tui.shell.clip_player import PlayingFailed
from tui.shell.listing import LineRow, Listing
from tui.text import plain
from tui.theme import BAD, GOOD, KEY, MUTED

SPEAKERS = (
    Key("speakers.choose", ("accept",), "choose", "use", "This one speaks from now on.", foot=True),
    Key("speakers.hear", ("main",), "hear", "hear", "Hear this one.", foot=True),
    Key("speakers.close", ("back", "quit"), "close", "back", "Change nothing.", foot=True),
    Key("speakers.down", ("down",), "move(1)", "down", "The next speaker."),
    Key("speakers.up", ("up",), "move(-1)", "up", "The speaker before."),
    Key("speakers.page_down", ("a screen down",), "page(1)", "page down", "Scroll a page down."),
    Key("speakers.page_up", ("a screen up",), "page(-1)", "page up", "Scroll a page up."),
    Key("speakers.first", ("first",), "end(0)", "first", "Go to the first."),
    Key("speakers.last", ("last",), "end(-1)", "last", "Go to the last."),
)


class Speakers(ModalScreen["str | None"]):
    """Gives the speaker that was chosen, or None.

    Args:
        row: the voice.
        make_player: None where sound is off.
    """

    CSS_PATH = "speakers.tcss"
    BINDINGS = bindings(SPEAKERS)
    AUTO_FOCUS = "Listing"

    def __init__(self, row: ModelRow, make_player: Callable[[], PlayerLike] | None) -> None:
        super().__init__()
        self._row = row
        self.trials = Trials(self, make_player)
        self.list = Listing()
        self.says = Static("", id="says", markup=False)

    def compose(self) -> ComposeResult:
        keys = [(shown(key.keys[0]), key.label) for key in SPEAKERS if key.foot]
        with Vertical(id="box"):
            yield Static(Content.styled(f"Who speaks in {plain(self._row.entry.name)}?", "bold"), id="heading")
            yield self.list
            yield self.says
            parts = (Content.assemble((key, KEY), f" {label}") for key, label in keys)
            yield Static(Content("  ").join(parts), id="keys")

    def on_mount(self) -> None:
        now = self._row.entry.speaker or self._row.speakers[0]

        def lines(width: int) -> list[LineRow]:
            return [
                LineRow(Content.assemble(("● " if who == now else "  ", GOOD), plain(who)), who)
                for who in self._row.speakers
            ]

        self.list.show(lines)
        self.list.choose(now)
        self.says.update(Content.styled(f"“{SENTENCE}”", MUTED))

    async def on_unmount(self) -> None:
        await self.trials.close()

    def action_hear(self) -> None:
        self.trials.begin(self.list.key, replace(self._row.entry, speaker=self.list.key))

    @on(Listing.Clicked)
    def clicked(self) -> None:
        self.action_hear()

    @on(TrialBegan)
    def trial_began(self, message: TrialBegan) -> None:
        self.says.update(Content(f"{plain(message.key)} gets ready…"))

    @on(TrialEnded)
    def trial_ended(self, message: TrialEnded) -> None:
        """Show what is being said, or why nothing is."""
        trial = message.trial
        if isinstance(trial, Trial):
            self.says.update(Content.assemble((plain(message.key), "bold"), f": “{trial.said}”"))
        elif trial is not None:
            self.says.update(Content.styled(f"× {plain(trial)}", BAD))

    @on(PlayingFailed)
    def playing_failed(self, message: PlayingFailed) -> None:
        self.says.update(Content.styled(f"× {plain(message.why)}", BAD))

    def action_choose(self) -> None:
        self.dismiss(self.list.key)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_move(self, step: int) -> None:
        self.list.move(step)

    def action_page(self, step: int) -> None:
        self.list.page(step)

    def action_end(self, place: int) -> None:
        self.list.end(place)
