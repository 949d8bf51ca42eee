"""The questions of the Train screen that need more than yes or no."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tui.shell.form import Form

WORD = "force"


class Force(Form[bool]):
    """Gives True when somebody wrote that a version must be promoted although nothing proves it better.

    Args:
        name: of the version.
        why: what the verdict says.
    """

    HEADING = "Promote it although it was not proven better?"
    DOES = "promote"
    KEYS_SHOWN = ()

    def __init__(self, name: str, why: str) -> None:
        super().__init__()
        self._name = name
        self._why = why
        self.word = Input(compact=True, max_length=20, select_on_focus=False, id="word")

    def fields(self) -> Iterable[tuple[str, Widget]]:
        return (("Write", self.word),)

    def on_mount(self) -> None:
        self.say(
            f"{self._name}: {self._why}",
            f"Write “{WORD}” to promote it all the same. You can roll back at any time.",
        )

    def action_done(self) -> None:
        """Only for the word."""
        if self.word.value.strip().lower() == WORD:
            self.dismiss(True)
        else:
            self.say(f"Write “{WORD}”, or leave with esc: nothing is changed.", wrong=True)


class Tags(Form["tuple[str, ...] | None"]):
    """Gives a version's tags, or None.

    Args:
        name: of the version.
        tags: those it has.
    """

    HEADING = "Tags of the version"
    DOES = "keep them"
    KEYS_SHOWN = ()

    def __init__(self, name: str, tags: tuple[str, ...]) -> None:
        super().__init__()
        self._name = name
        self.tags = Input(" ".join(tags), compact=True, max_length=200, select_on_focus=False, id="tags")

    def fields(self) -> Iterable[tuple[str, Widget]]:
        return (("Tags", self.tags),)

    def on_mount(self) -> None:
        self.say(Content.assemble("Words with spaces between, such as “before-summer microphone-2”."))

    def action_done(self) -> None:
        self.dismiss(tuple(self.tags.value.split()))
