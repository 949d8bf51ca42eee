"""The questions that the Train screen asks before it does something."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from store.runs import Run
from store.versions import ModelVersion
from tui.shell.confirm import Confirm
from tui.shell.form import Form
from tui.train.reads import Judged

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


def stop(run: Run) -> Confirm:
    text = "It ends after this step and keeps what it learnt; you can resume it whenever you like."
    return Confirm(f"Stop run {run.id}?", text)


def force_stop(run: Run) -> Confirm:
    text = (
        "It does not answer. Its process is ended; the newest checkpoint stays, and the run can be resumed from it."
    )
    return Confirm(f"Force run {run.id} to stop?", text)


def promote(known: Judged) -> ModalScreen[bool] | None:
    """What to ask before this version is promoted; None where its verdict is enough."""
    version, verdict = known.version, known.verdict
    if verdict is not None and verdict.promotable:
        return None
    if version.run is None:  # a model of the catalog, which is where everybody begins
        text = "It has learnt nothing from your corrections. You can roll back at any time."
        return Confirm(f"Promote {version.name}?", text)
    why = verdict.sentence if verdict is not None else known.trouble
    return Force(version.name, why or "It was never tested.")


def roll_back(before: ModelVersion) -> Confirm:
    text = "It was in use before. Nothing is lost: you can promote the present one again."
    return Confirm(f"Roll back to {before.name}?", text)


def delete_version(version: ModelVersion) -> Confirm:
    text = "Its files go; what it learnt from and how good it was stays in the list."
    return Confirm(f"Delete {version.name}?", text)


def delete_run(run: Run) -> Confirm:
    text = "Its folder goes, with curve, log and checkpoints. Corrections stay."
    return Confirm(f"Delete run {run.id}?", text)
