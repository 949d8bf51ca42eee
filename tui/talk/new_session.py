"""The dialog before a new session: which scenario, at which level."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from models.tutor import prompt
from tui.keys import Key, bindings
from tui.text import plain
from tui.theme import KEY

LEVELS = tuple(prompt.LEVELS)
NEW_SESSION = (
    Key("new.easier", ("left",), "step(-1)", "easier", "A lower level.", foot=True),
    Key("new.harder", ("right",), "step(1)", "harder", "A higher level.", foot=True),
    Key("new.close", ("back",), "close", "stay", "Go on with this session.", foot=True),
)


@dataclass(frozen=True, slots=True)
class ScenarioChoice:
    """A scenario as the list shows it."""

    name: str
    title: str
    level: str


def scenarios() -> list[ScenarioChoice]:
    """Every scenario that comes with the app, by level and title; one that cannot be read is passed over."""
    from core.conversation.scenario import ScenarioError, load, names

    found = []
    for name in names():
        try:
            scenario = load(name)
        except ScenarioError:
            continue
        found.append(ScenarioChoice(name, plain(scenario.title), plain(scenario.level)))
    return sorted(found, key=lambda choice: (choice.level, choice.title))


class NewSession(ModalScreen[tuple[str, str] | None]):
    """Gives scenario and level, or None when the learner stays.

    Args:
        scenario: The scenario to begin with in the list.
        level: The level to begin with.
    """

    CSS_PATH = "new_session.tcss"
    BINDINGS = bindings(NEW_SESSION)

    level: reactive[str] = reactive("A2")
    """The level that will be used."""

    def __init__(self, scenario: str, level: str) -> None:
        super().__init__()
        self._scenario = scenario
        self.set_reactive(NewSession.level, level if level in LEVELS else "A2")
        self._choices: list[ScenarioChoice] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(Content.styled("A new session", "bold"))
            yield OptionList(id="scenarios", compact=True, markup=False)
            yield Static(id="level")
            yield Static(Content("enter begin  ·  ↑↓ scenario  ·  ←→ level  ·  esc stay"), id="keys")

    def on_mount(self) -> None:
        self.watch_level(self.level)
        self._load()

    @work(exit_on_error=False)
    async def _load(self) -> None:
        self._choices = await asyncio.to_thread(scenarios)
        options = self.query_one(OptionList)
        options.add_options([Option(Content(f"{c.title:<28}{c.level}"), id=c.name) for c in self._choices])
        names = [choice.name for choice in self._choices]
        options.highlighted = names.index(self._scenario) if self._scenario in names else 0

    def watch_level(self, level: str) -> None:
        """Show the levels with the chosen one in brackets."""
        shown_levels = [Content.styled(f"[{x}]", KEY) if x == level else Content(f" {x} ") for x in LEVELS]
        self.query_one("#level", Static).update(Content("Level  ") + Content(" ").join(shown_levels))

    def action_step(self, by: int) -> None:
        self.level = LEVELS[min(max(LEVELS.index(self.level) + by, 0), len(LEVELS) - 1)]

    def action_close(self) -> None:
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def begin(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((str(event.option.id), self.level))
