"""The Correct screen: hear a segment, mend its text, decide, and go on.

It is put together from parts with one job each, and none of them knows a screen: the queue and its cards (deck),
the segment that is shown (card_pane, with its text, playback and waves), what a key means (keyboard, typist), and
what is done with a segment and which comes next (review). The screen passes on what a person asks for, and draws
what the parts post. Keys that are meant for a card wait while it is on its way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from core.review.card import Card
from store.segments.queue import View
from tui.correct import decisions, deck, questions, views
from tui.correct.card_pane import CardPane
from tui.correct.decisions import Side
from tui.correct.deck import Deck
from tui.correct.jobs import Conflicted, Failed, Jobs, Said
from tui.correct.keyboard import Keyboard, Taking
from tui.correct.keys import CORRECT
from tui.correct.playback import Edge, Playback
from tui.correct.queue_list import QueueList
from tui.correct.replacing import Replacing
from tui.correct.review import Review
from tui.correct.text_editing import TextEditing, doubtful, warned
from tui.correct.typist import Typist
from tui.keys import bindings
from tui.services import PlayerLike
from tui.shell.header_and_keys import KeysLine
from tui.shell.mode_screen import NO_FOLDER, ModeScreen

if TYPE_CHECKING:
    from core.review.reshaping import Towards


class CorrectScreen(ModeScreen):
    """The queue of segments, and what a person does with them."""

    MODE = "correct"
    KEYS = CORRECT
    CSS_PATH = "correct.tcss"
    BINDINGS = bindings(CORRECT)
    AUTO_FOCUS = "QueueList"

    def __init__(self) -> None:
        super().__init__()
        self.jobs = Jobs(self)
        self.deck = Deck(self, self.jobs)
        self.keyboard = Keyboard(self, CORRECT)
        self.heading = Static(id="heading", markup=False)
        self.queue = QueueList(self.take_key)
        self.pane = CardPane(self.jobs, self.keyboard, self._make_player, self.take_key)
        self.text, self.editor, self.waveform = self.pane.text, self.pane.editor, self.pane.waveform
        self.status, self.said = self.pane.status, self.pane.said
        self.editing, self.playback = self.pane.editing, self.pane.playback
        self.review = Review(self, self.jobs, self.deck, self.editing, self.playback, self.keyboard)
        self.typist = Typist(self, self.keyboard, self.pane, self._run, self.review.waits)
        self.replacing = Replacing(
            self, self.jobs, self.review, self.typist, lambda dialog, then: self.app.push_screen(dialog, then)
        )

    def body(self) -> Iterable[Widget]:
        yield Horizontal(Vertical(self.heading, self.queue, id="left"), self.pane)

    @property
    def card(self) -> Card | None:
        """The card of the chosen segment, with what is typed into it; None while it is on its way."""
        return self.editing.card

    # --- opening and closing --------------------------------------------------------------------

    def on_mount(self) -> None:
        self.set_interval(deck.POLL_SECONDS, self._poll)

    def _poll(self) -> None:
        if self.is_current:
            self.jobs.start(self.deck.look_for_changes())

    def on_screen_resume(self) -> None:
        """Open the database the first time; later, see what came meanwhile."""
        self.keyboard.resume()
        if not self.jobs.is_open and self.tertulia.data is not None:
            self.jobs.open(self.tertulia.data)
            self.show(self.deck.view, self.deck.title)
        elif not self.jobs.is_open:
            self.pane.show_nothing(NO_FOLDER)
        else:
            self.jobs.start(self.deck.reorder())

    def on_queue_reheard(self) -> None:
        """The queue was transcribed again: put the rest in order by what the recogniser is unsure of now."""
        self.jobs.start(self.deck.reorder())

    def on_screen_suspend(self) -> None:
        """Nobody listens to a screen that is not shown."""
        self.playback.suspend()

    async def on_unmount(self) -> None:
        """Store what is being typed, and close what was opened."""
        await self.editing.close()
        await self.playback.close()
        await self.jobs.close()

    def _make_player(self) -> PlayerLike | None:
        return self.tertulia.make_player() if self.tertulia.sound else None

    async def take_key(self, event: events.Key, widget: Widget) -> bool:
        """Take a key that came to one of the widgets that share the keyboard; False leaves it to the widget."""
        return await self.typist.take(event, widget)

    async def _run(self, action: str) -> bool:
        return bool(await self.app.run_action(action, self))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        card, taking = self.card, self.keyboard.taking
        match action:
            case _ if not self.jobs.is_open:
                return False
            case _ if taking in ("pick", "choose", "ask") or (taking == "write" and action in ("undo", "redo")):
                return action == "back"
            case "back":
                usual = views.is_usual(self.deck.view, self.deck.title)
                return taking != "keys" or self.editing.chosen is not None or not usual
            case "alternative":
                return self.editing.offers
            case "doubt":
                return taking == "write" or (card is not None and bool(doubtful(card) | warned(card)))
            case "accept" | "pick" | "write" | "play" | "flag" | "speaker" | "note" | "snippet":
                return card is not None
            case _:
                return super().check_action(action, parameters)

    def on_resize(self, event: events.Resize) -> None:
        """Give the queue more room where there is some, and the text where there is little."""
        width, height = event.size
        sizes = {"-narrow": width < 60, "-roomy": width >= 100, "-short": height < 18, "-tall": height >= 34}
        for name, fits in sizes.items():
            self.set_class(fits, name)

    # --- what the parts say ---------------------------------------------------------------------

    @on(Deck.Changed)
    def draw_list(self) -> None:
        self.queue.show(self.deck.ids, self.deck.place)

    @on(Deck.Changed)
    @on(Deck.Moved)
    def draw_place(self) -> None:
        count, place = len(self.deck.ids), self.deck.place
        self.queue.chosen, self.status.place = place, place + 1 if count else 0
        self.status.count, self.status.counted = count, self.deck.counted

    @on(QueueList.Wanted)
    def fetch_rows(self, message: QueueList.Wanted) -> None:
        self.deck.fetch_rows(message.ids)

    @on(Deck.RowsFetched)
    def draw_rows(self, message: Deck.RowsFetched) -> None:
        self.queue.put(message.rows)

    @on(Deck.SegmentsChanged)
    def forget_rows(self, message: Deck.SegmentsChanged) -> None:
        self.queue.forget(message.segments)

    @on(Deck.CardArrived)
    async def show_card(self) -> None:
        """Draw it, play it, and do what was asked of it while it was on its way."""
        card, again = self.deck.card, self.deck.again
        if card is None or self.card is not None:
            return  # it was left before it came, or is shown already
        if not again:
            self.keyboard.begin()
        # It may have been left for another screen before it came.
        self.pane.show_card(card, again, not again and self.is_current, self.review.edge)
        self.review.edge = None
        self.deck.page = self.queue.page
        self.draw_keys_line()
        await self.typist.release()

    @on(Deck.NeighboursChanged)
    def show_neighbours(self) -> None:
        if self.deck.card is not None:
            self.pane.show_neighbours(self.deck.card)

    @on(Deck.CardFetched)
    def prepare_wave(self, message: Deck.CardFetched) -> None:
        self.pane.waves.draw(message.card.row)

    @on(Playback.PlayerComplained)
    def pass_on_complaint(self, message: Playback.PlayerComplained) -> None:
        self.tertulia.tell(message.sentence, "warning")

    @on(Deck.Emptied)
    def show_nothing(self) -> None:
        if self.deck.segment is None and not self.deck.opening:
            self.keyboard.drop()
            self.draw_place()
            self.pane.show_nothing(views.why_empty(self.deck.view, self.deck.title))
            self.draw_keys_line()

    @on(Keyboard.Changed)
    def draw_keys(self) -> None:
        self.pane.show_keys()
        lines: dict[Taking, Widget] = {"write": self.editor, "ask": self.pane.ask_line}
        self.set_focus(lines.get(self.keyboard.taking, self.queue))
        self.draw_keys_line()

    @on(TextEditing.TextChanged)
    @on(TextEditing.WordChosen)
    def draw_keys_line(self) -> None:
        line = self.query_one(KeysLine)
        line.writing = self.keyboard.taking != "keys"
        line.refresh()

    @on(Said)
    def say(self, message: Said) -> None:
        self.pane.say(message.sentence)

    @on(Review.Saved)
    def draw_saved(self, message: Review.Saved) -> None:
        self.status.saved = message.state
        self.status.own = self.review.accepted.own_speed

    @on(Failed)
    def failed(self, message: Failed) -> None:
        """Say so; what was to follow is not done."""
        self.keyboard.drop()
        self.status.saved = "failed"
        if self.deck.segment is None:
            self.pane.show_nothing(message.sentence)
        self.tertulia.tell(message.sentence, "error")

    @on(Conflicted)
    def conflicted(self, message: Conflicted) -> None:
        error = message.error
        said = f"Segment {error.segment} was changed by {error.author} meanwhile: look again."
        self.tertulia.tell(said, "warning")
        self.review.conflicted(error)

    @on(Deck.ChangedElsewhere)
    def changed_elsewhere(self, message: Deck.ChangedElsewhere) -> None:
        self.review.changed_elsewhere(message.segment)

    @on(Review.TwoTexts)
    def choose_text(self, message: Review.TwoTexts) -> None:
        from tui.correct.conflict import Conflict

        error = message.error
        self.app.push_screen(Conflict(error), lambda take: self.review.resolve(error, take or "edit"))

    @on(Review.ViewWanted)
    def show_view(self, message: Review.ViewWanted) -> None:
        self.show(message.view, message.title, message.blind)

    def show(self, view: View, title: str = "", blind: bool = False) -> None:
        """Show these segments, from the first on.

        Args:
            view: which, and in which order.
            title: what they are, in a word or two; empty for the usual queue.
            blind: hide what was made of them before.
        """
        self.review.leave()
        self.deck.turn_to(view, title, blind)
        self.queue.blind = blind
        self.heading.update(views.described(self.deck.view, title))
        self.jobs.start(self._load())

    async def _load(self) -> None:
        with self.app.batch_update():  # one picture, of what is found; there is nothing to see before
            await self.deck.load()

    @on(QueueList.Clicked)
    def clicked(self, message: QueueList.Clicked) -> None:
        self.review.go(message.place)

    # --- what keys do ---------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        if 0 <= self.deck.place + step < len(self.deck.ids):
            self.review.go(self.deck.place + step)

    def action_page(self, step: int) -> None:
        self.review.go(self.deck.place + step * self.queue.page)

    def action_end(self, place: int) -> None:
        self.review.go(len(self.deck.ids) - 1 if place < 0 else 0)

    def action_order(self) -> None:
        self.show(views.in_next_order(self.deck.view), self.deck.title, self.deck.blind)

    def action_filter(self) -> None:
        self.typist.ask(questions.which_segments(self.deck.view, self._speakers(), self.show))

    def _speakers(self) -> list[str]:
        return self.card.speakers if self.card is not None else []

    def action_search(self) -> None:
        self.typist.ask(questions.which_words(self.deck.view, self.show))

    def action_second_look(self) -> None:
        self.review.second_look()

    def action_back(self) -> None:
        """One step out: of the text, of the chosen word, of what is shown instead of the usual."""
        if self.keyboard.taking == "write":
            self.typist.stop_writing()
        elif self.editing.chosen is not None:
            self.editing.choose(None)
        elif not views.is_usual(self.deck.view, self.deck.title):
            self.show(View(order=self.deck.view.order))

    def action_play(self) -> None:
        self.playback.toggle()

    def action_again(self) -> None:
        self.playback.play_again()

    def action_edge(self, which: Edge) -> None:
        self.playback.play_edge(which)

    def action_loop(self) -> None:
        self.playback.toggle_loop()

    def action_pace(self, step: int) -> None:
        self.playback.change_pace(step)

    def action_write(self) -> None:
        self.typist.write_here()

    def action_change(self) -> None:
        self.typist.change()

    def action_pick(self) -> None:
        self.typist.pick()

    def action_word(self, step: int) -> None:
        self.typist.step(step)

    def action_choose_word(self, word: int) -> None:
        self.typist.choose(word)

    def action_doubt(self, step: int) -> None:
        self.typist.doubt(step)

    def action_alternative(self) -> None:
        self.editing.take_alternative()

    def action_snippet(self) -> None:
        self.typist.ask(questions.which_snippet(self.tertulia.settings.snippets, self.editing.put))

    def action_accept(self) -> None:
        if not self.typist.write_missing():
            self.review.accept()

    def action_skip(self) -> None:
        self.review.decide(decisions.skip)

    def action_unsure(self) -> None:
        self.review.decide(decisions.unsure)

    def action_flag(self) -> None:
        self.typist.ask(questions.which_flag(self.typist.ask, self.review.decide))

    def action_speaker(self) -> None:
        speakers, decide = self._speakers(), self.review.decide_and_stay
        self.typist.ask(questions.which_speaker(speakers, self.typist.ask, decide))

    def action_note(self) -> None:
        note = self.card.row.note if self.card is not None else ""
        self.typist.ask(questions.which_note(note, self.review.decide_and_stay))

    def action_trim(self, side: Side, step: int) -> None:
        """Move a boundary by 50 ms, and hear that edge."""
        self.review.decide_and_stay(decisions.trim(side, step), "first" if side == "start" else "last")

    def action_split(self) -> None:
        self.review.split()

    def action_merge(self, towards: Towards) -> None:
        self.review.merge(towards)

    def action_undo(self) -> None:
        self.review.undo()

    def action_redo(self) -> None:
        self.review.redo()

    def action_like_this(self) -> None:
        self.replacing.like_this()

    def action_replace(self) -> None:
        self.replacing.find()
