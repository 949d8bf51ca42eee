"""The Models screen: what listens, answers and speaks, what else could, and how it comes here.

It composes, asks and routes. An inventory says what there is (read in a thread), Jobs fetch, add and verify, Trials
load a model or let a voice be heard; both post messages. What is in use, the app changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from textual import on
from textual.content import Content
from textual.widget import Widget

from core.own_models.memory import TOO_BIG
from core.own_models.trying import Trial
from core.versions.active import PARTS
from core.versions.listing import own_place
from core.words import counted
from tui.keys import bindings
from tui.messages import ModelChosen, PromotionEnded
from tui.models import lines, questions
from tui.models.inventory import ELSEWHERE, HERE, IN_USE, TO_FETCH, Inventory, ModelRow
from tui.models.jobs import ADD, FETCH, SAID, VERIFY, Job, JobEnded, Jobs, JobsChanged
from tui.models.keys import MODELS
from tui.models.outcome import outcome
from tui.models.pane import ModelsPane
from tui.models.shelf import InventoryTaken, ModelRemoved, OthersSearched, Shelf, ShelfFailed
from tui.models.trials import TrialBegan, TrialEnded, Trials
from tui.shell.clip_player import PlayingFailed
from tui.shell.confirm import Confirm
from tui.shell.listing import Listing
from tui.shell.mode_screen import NO_FOLDER, ModeScreen
from tui.shell.task_line import TaskLine
from tui.text import plain

EVERYDAY = "everyday"
"""What `tertulia models pull` calls the set."""


class ModelsScreen(ModeScreen):
    """A line a model, and below what there is to say about the one under the cursor."""

    MODE = "models"
    KEYS = MODELS
    CSS_PATH = "models.tcss"
    BINDINGS = bindings(MODELS)
    AUTO_FOCUS = "Listing"

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf(self)
        self.tried: dict[str, Trial | str] = {}
        """How models did that were tried, or why they could not be."""
        self.jobs = Jobs(self)
        self._trials: Trials | None = None
        self._arrived: list[tuple[Job, str]] = []
        """Jobs that were done, and the names of the models that came, until the inventory has them."""
        self.pane = ModelsPane()
        self.task_line = TaskLine(stop="stop")

    def body(self) -> Iterable[Widget]:
        yield self.pane
        yield self.task_line

    @property
    def trials(self) -> Trials:
        """What tries models, made when there is first something to try."""
        make_player = self.tertulia.make_player if self.tertulia.sound else None
        self._trials = self._trials or Trials(self, make_player)
        return self._trials

    @property
    def row(self) -> ModelRow | None:
        """The model under the cursor."""
        return self.pane.row

    def on_screen_resume(self) -> None:
        """Look again: another model may be in use, and others in their folders."""
        if self.tertulia.data is None:
            self.pane.say(NO_FOLDER)
            return
        self.pane.place.update(Content(plain(own_place(self.tertulia.data))))
        self._look()

    async def on_unmount(self) -> None:
        await self.jobs.close()
        if self._trials is not None:
            await self._trials.close()

    # --- what there is --------------------------------------------------------------------------------

    @property
    def inventory(self) -> Inventory:
        return self.shelf.inventory

    def _look(self) -> None:
        if self.tertulia.data is not None:
            self.shelf.look(self.tertulia.data)

    @on(InventoryTaken)
    def inventory_taken(self, message: InventoryTaken) -> None:
        """Show it; what has come meanwhile may be used."""
        for sentence in message.news:
            self.tertulia.tell(sentence, "warning")
        self._draw()
        arrived, self._arrived = self._arrived, []
        for job, name in arrived:
            self._offer(job, name)

    @on(OthersSearched)
    def others_searched(self, message: OthersSearched) -> None:
        found = f"Other programs keep {counted(message.found, 'model')} on this machine."
        self.tertulia.tell(found if message.found else NOTHING_ELSEWHERE, "information")

    @on(ShelfFailed)
    def shelf_failed(self, message: ShelfFailed) -> None:
        self.tertulia.tell(message.why, "error")

    def _draw(self) -> None:
        self.pane.show(self.inventory, self.jobs.doing(EVERYDAY, self.inventory.everyday_missing))
        self._draw_about()

    @on(Listing.Moved)
    @on(Listing.Clicked)
    def _draw_about(self) -> None:
        self.pane.show_about(self.tried, self._trials.key if self._trials is not None else "")
        self.show_keys()

    # --- moving ---------------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        self.pane.list.move(step)

    def action_page(self, step: int) -> None:
        self.pane.list.page(step)

    def action_end(self, place: int) -> None:
        self.pane.list.end(place)

    def action_step(self, step: int) -> None:
        if (row := self.row) is not None:
            self.pane.go(PARTS.index(row.entry.part) + step)

    def action_section(self, section: int) -> None:
        self.pane.go(section)

    # --- using ----------------------------------------------------------------------------------------

    def action_use(self) -> None:
        """Use it from now on; what is not here is fetched or linked to first."""
        row = self.row
        if row is None:
            return
        if row.state == TO_FETCH:
            self.action_fetch()
        elif row.state == ELSEWHERE:
            self._if_it_fits(row, lambda: self._begin(_add(row)))
        else:
            self._if_it_fits(row, lambda: self._choose(row.entry.part, row.entry.name))

    def _choose(self, part: str, name: str) -> None:
        self.tertulia.choose(part, name)
        self.tertulia.tell(f"{name} is tried, and used when it works.", "information")
        self.show_keys()

    def _if_it_fits(self, row: ModelRow, do: Callable[[], None]) -> None:
        """Do it, after a question where there is too little memory for it."""
        if row.fit == TOO_BIG:
            self._ask(questions.load_all_the_same(row, self.inventory.memory), do)
        else:
            do()

    @on(ModelChosen)
    def model_chosen(self, message: ModelChosen) -> None:
        self._used(message.name, message.trouble)

    @on(PromotionEnded)
    def promotion_ended(self, message: PromotionEnded) -> None:
        self._used(message.version, "")

    def _used(self, name: str, trouble: str) -> None:
        """Say that a model is in use from now on, or why not; a recogniser's trouble the app has told."""
        if trouble:
            self.tertulia.tell(trouble, "error")
        elif name and self.is_current:
            self.tertulia.tell(f"{name} is in use from the next turn on.", "information")
        self._look()

    def action_speaker(self) -> None:
        """Ask who speaks in the voice under the cursor."""
        from tui.models.speakers import Speakers

        row = self.row
        if row is None:
            return
        self.trials.hush()

        def chosen(speaker: str | None) -> None:
            if speaker is not None:
                self._choose(row.entry.part, f"{row.entry.name}:{speaker}")

        self.app.push_screen(Speakers(row, self.tertulia.make_player if self.tertulia.sound else None), chosen)

    # --- trying ---------------------------------------------------------------------------------------

    def action_try(self) -> None:
        row = self.row
        if row is not None and row.here:
            self._if_it_fits(row, lambda: self.trials.begin(row.trial, row.entry))

    @on(TrialBegan)
    def trial_began(self, message: TrialBegan) -> None:
        self.tried.pop(message.key, None)
        self._draw_about()

    @on(TrialEnded)
    def trial_ended(self, message: TrialEnded) -> None:
        if message.trial is not None:
            self.tried[message.key] = message.trial
            if isinstance(message.trial, Trial) and message.trial.wav and not self.tertulia.sound:
                self.tertulia.tell("Sound is switched off, so it cannot be heard.", "warning")
        self._draw_about()

    @on(PlayingFailed)
    def playing_failed(self, message: PlayingFailed) -> None:
        self.tertulia.tell(message.why, "error")

    # --- fetching, adding, verifying ------------------------------------------------------------------

    def action_fetch(self) -> None:
        """Fetch the model under the cursor, after a question."""
        if (row := self.row) is not None:
            job = Job(FETCH, row.entry.name, row.entry.part)
            self._ask(questions.fetch(row, self.inventory.memory), lambda: self._begin(job))

    def action_everyday(self) -> None:
        """Fetch what is missing of the everyday set; use what is here."""
        if self.inventory.everyday_missing:
            self._begin(Job(FETCH, EVERYDAY, then_use=True))
        else:
            self._use_everyday()

    def _use_everyday(self, come: bool = False) -> None:
        """Use the set where the starter is in use.

        Args:
            come: it has just been fetched, which may have chosen some of it: the engine takes that up.
        """
        for entry in self.inventory.everyday:
            row = self.inventory.named(entry.part, entry.name)
            if entry in self.inventory.everyday_idle:
                self._choose(entry.part, entry.name)
            elif come and row is not None and row.state == IN_USE:
                self.tertulia.choose(entry.part, entry.name)

    def action_add(self) -> None:
        """Ask for the path of a model on this machine."""
        from tui.models.add_form import AddForm

        def chosen(path: Path | None) -> None:
            if path is not None:
                self._begin(Job(ADD, str(path)))

        self.app.push_screen(AddForm(), chosen)

    def action_verify(self) -> None:
        if (row := self.row) is not None:
            self._begin(Job(VERIFY, row.entry.name, row.entry.part))

    def _begin(self, job: Job) -> None:
        if self.tertulia.data is not None:
            if self.jobs.now is not None:
                self.tertulia.tell(f"{job} begins when {self.jobs.now} is over.", "information")
            self.jobs.add(job, self.tertulia.data)

    async def action_stop(self) -> None:
        """Let the model under the cursor wait no longer, or stop what is at work."""
        row = self.row
        if self._trials is not None and self._trials.key:
            await self._trials.stop()
        elif row is None or not self.jobs.drop(row.entry.name):
            self.run_worker(self.jobs.stop(), group="stop", exit_on_error=False)

    def action_back(self) -> None:
        self.task_line.put_away()
        self.show_keys()

    @on(JobsChanged)
    def jobs_changed(self) -> None:
        """Show how far the job at work is."""
        if (now := self.jobs.now) is not None:
            self.task_line.begin(SAID[now.action])
            self.task_line.text = lines.progress(self.jobs.text, self.jobs.share)
        self._draw()

    @on(JobEnded)
    def job_ended(self, message: JobEnded) -> None:
        """Say how it ended, and offer to use what has come."""
        job, end = message.job, outcome(message)
        self.task_line.end(end.state, end.text, rejected=False)
        for sentence in end.warnings:
            self.tertulia.tell(sentence, "warning")
        if end.state == "failed":
            self.tertulia.tell(end.text, "error")
        elif end.state == "done" and not self.is_current:
            self.tertulia.tell(f"{job}: {end.text}", "information")
        if end.state == "done" or job.what == EVERYDAY:  # of which some may have come
            self._arrived.append((job, end.name or job.what))
        self._look()

    def _offer(self, job: Job, name: str) -> None:
        """A model has come: use it, or ask whether it is to be used."""
        if job.what == EVERYDAY:
            self._use_everyday(come=True)
        found = (self.inventory.named(part, name) for part in ([job.part] if job.part else PARTS))
        row = next((row for row in found if row is not None and row.state == HERE), None)
        if row is None or job.action == VERIFY:
            return
        entry = row.entry
        self.pane.list.choose(row.key)
        if job.then_use:
            self._choose(entry.part, entry.name)
        elif self.is_current:
            question = questions.use(entry, self.inventory.in_use(entry.part))
            self._ask(question, lambda: self._choose(entry.part, entry.name))

    # --- removing -------------------------------------------------------------------------------------

    def action_delete(self) -> None:
        """Remove a model of one's own, after a question."""
        row = self.row
        if row is None:
            return
        self._ask(questions.remove(row), lambda: self._remove(row))

    def _remove(self, row: ModelRow) -> None:
        if self.tertulia.data is not None:
            self.shelf.remove(row, self.tertulia.data)

    @on(ModelRemoved)
    def model_removed(self, message: ModelRemoved) -> None:
        entry = message.row.entry
        self.tertulia.tell(f"{entry.name} is removed.", "information")
        if message.now:
            self.tertulia.choose(entry.part, message.now)  # which is chosen already: the engine takes it up

    def action_find(self) -> None:
        if self.tertulia.data is not None:
            self.shelf.search(self.tertulia.data)

    # --- keys -----------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        row = self.row
        free = not self.tertulia.choosing
        match action:
            case "use":
                return row is not None and row.state in (HERE, ELSEWHERE, TO_FETCH) and free
            case "try":
                return row is not None and row.here
            case "fetch":
                return row is not None and row.state == TO_FETCH
            case "everyday":
                wanted = self.inventory.everyday_missing or self.inventory.everyday_idle
                return bool(wanted) and free and not self.jobs.has(EVERYDAY)
            case "speaker":
                return row is not None and len(row.speakers) > 1 and free
            case "verify":
                return row is not None and row.state in (IN_USE, HERE)
            case "delete":
                return row is not None and row.own
            case "stop":
                return self.jobs.now is not None or (self._trials is not None and bool(self._trials.key))
            case "back":
                return bool(self.task_line.state) and self.jobs.now is None
            case "add" | "find":
                return self.tertulia.data is not None
            case _:
                return super().check_action(action, parameters)

    def _ask(self, question: Confirm, do: Callable[[], None]) -> None:
        """Do this when somebody says yes."""

        def answered(yes: bool | None) -> None:
            if yes:
                do()
                self.show_keys()

        self.app.push_screen(question, answered)


NOTHING_ELSEWHERE = "No other program that is known here keeps a model on this machine."


def _add(row: ModelRow) -> Job:
    """What adds a model that another program keeps, to be used at once."""
    return Job(ADD, str(row.entry.path), row.entry.part, then_use=True)
