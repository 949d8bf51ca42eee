"""The segment that is shown: its text, its sound and their picture, and how all that looks.

What these parts post is drawn here; what concerns the keys or the whole app goes on to the screen.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import TextArea

from core.review.card import Card
from store.units import SAMPLE_RATE
from tui.correct.about import Lines, about, around, readings
from tui.correct.choices import AskLine, Choices
from tui.correct.editor import SegmentEditor
from tui.correct.jobs import Jobs
from tui.correct.keyboard import Keyboard, Taking
from tui.correct.playback import Edge, Playback
from tui.correct.questions import Question
from tui.correct.route import Route
from tui.correct.status_line import CorrectStatus
from tui.correct.text_editing import TextEditing, doubtful, warned, word_spans
from tui.correct.waveform import Waveform
from tui.correct.waves import Waves
from tui.correct.words import SegmentText
from tui.keys import letter
from tui.services import PlayerLike
from tui.text import plain
from tui.theme import ACCENT

MODES: dict[Taking, str] = {"write": "writing", "pick": "which word?"}
"""What the status line says of the keys where they are not the usual ones."""


class CardPane(Vertical):
    """Draws a segment.

    Args:
        jobs: has the database read and write.
        keyboard: knows what keys are just now.
        make_player: starts what plays; gives None where sound is off.
        route: is given the keys that come to the two lines one writes in.
    """

    def __init__(
        self, jobs: Jobs, keyboard: Keyboard, make_player: Callable[[], PlayerLike | None], route: Route
    ) -> None:
        self.editing = TextEditing(self, jobs, self._written)
        self.playback = Playback(self, make_player)
        self.waves = Waves(self, jobs)
        self._keyboard = keyboard
        self.waveform = Waveform()
        self.before, self.after = Lines(id="before"), Lines(id="after")
        self.text = SegmentText()
        self.editor = SegmentEditor(route)
        self.readings = Lines(id="readings")
        """What else may have been said, while writing; else it stands under the words."""
        self.about = Lines(id="about")
        self.choices = Choices()
        self.ask_line = AskLine(route)
        self.said = Lines(id="said")
        self.status = CorrectStatus()
        self.about.wrapped = self.said.wrapped = True
        super().__init__(
            self.waveform, self.before, self.text, self.editor, self.readings, self.after, self.about,
            self.choices, self.ask_line, self.said, self.status,
        )  # fmt: skip

    def _written(self) -> str | None:
        return self.editor.text if self._keyboard.taking == "write" else None

    def show_keys(self) -> None:
        """Show what belongs to what keys are just now."""
        taking = self._keyboard.taking
        self.text.display, self.editor.display = taking != "write", taking == "write"
        self.readings.display = taking == "write"
        self.choices.display, self.ask_line.display = taking in ("choose", "ask"), taking == "ask"
        self.text.picking = self._keyboard.spelled if taking == "pick" else None
        self.status.mode = MODES.get(taking, "")
        self.draw_text()

    def show_question(self, question: Question) -> None:
        self.choices.title, self.choices.choices = question.title, question.answers
        if question.words is not None:
            self.ask_line.begin(question.words)

    def say(self, text: str) -> None:
        """Show something that is of use until the next key; where it hides nothing."""
        self.said.lines = (Content.assemble(("› ", ACCENT), plain(text)),) if text else ()

    # --- the card -------------------------------------------------------------------------------

    def show_card(self, card: Card, again: bool, play: bool, edge: Edge | None) -> None:
        """Show this segment.

        Args:
            card: as it was read.
            again: whether it was shown before, and has changed.
            play: whether to play it.
            edge: what to play of it otherwise.
        """
        self.editing.show(card, again)
        if self._written() is not None and not self.editing.changed:
            self.editor.write(card.text, len(card.text), len(card.text))
        self.playback.show(card.row, again)
        if play:
            self.playback.play_all()
        elif edge is not None:
            self.playback.play_edge(edge)
        self.draw_text()
        self.draw_wave()
        self.draw_sound()

    def show_neighbours(self, card: Card) -> None:
        """Others stand around it now."""
        self.editing.take_neighbours(card)
        self.draw_text()

    @on(TextEditing.TextChanged)
    @on(TextEditing.WordChosen)
    def draw_text(self) -> None:
        """The words and all that is known about the segment."""
        card = self.editing.card
        if card is None:
            return
        self.remove_class("-empty")
        self.text.empty = f"Nothing was heard: {letter('write')} writes what is said."
        self.text.words = tuple(word.text for word in card.words)
        self.text.doubtful, self.text.warned = doubtful(card), warned(card)
        self._mark_words(card)
        self.before.lines = around([(row.speaker, row.text) for row in card.before], ahead=False)
        self.after.lines = around([(row.speaker, row.text) for row in card.after], ahead=True)
        self._draw_word(card)
        self.about.lines = about(card)
        if card.text != card.shown:
            self.status.saved = "draft"
        elif self.status.saved == "draft":
            self.status.saved = ""

    def _draw_word(self, card: Card) -> None:
        chosen, offered = self.editing.chosen, self.editing.offered
        self.text.chosen = chosen
        key = "" if self.editor.display else letter("next offer")
        lines = readings(offered.text if offered else "", offered.alternatives if offered else (), card.other, key)
        self.readings.lines = self.text.below = lines
        if chosen is None:
            self.waveform.word = None
        else:
            word = card.words[chosen]
            first, last = (card.row.start + int(at * SAMPLE_RATE) for at in (word.start, word.end))
            self.waveform.word = first, max(last, first + 1)

    @on(TextArea.Changed)
    def typed(self) -> None:
        """Something was written in place."""
        self.editing.catch_up()

    @on(Playback.Changed)
    @on(Playback.Listened)
    def draw_sound(self) -> None:
        """Where the sound is, which word that is, and how much was heard; without a player nothing was."""
        card, playback, status = self.editing.card, self.playback, self.status
        self.waveform.at, self.waveform.heard = playback.at, playback.heard
        status.playing, status.pace, status.loop = playback.playing, playback.pace, playback.loop
        if card is not None and playback.link.player is not None:
            status.heard = playback.listened / max(card.row.seconds, 1e-6)
        word = self.editing.word_heard(playback.moment)
        if word != self.text.heard:
            self.text.heard = word
            if card is not None:
                self._mark_words(card)

    @on(Waves.Drawn)
    def draw_wave(self) -> None:
        """The picture of the sound, when there is one."""
        card = self.editing.card
        if card is not None:
            self.waveform.wave = self.waves.of(card.row)
            if self.waveform.wave is None:
                self.waveform.trouble = "…"
                self.waves.draw(card.row)

    @on(Waves.Missing)
    def say_why_no_wave(self, message: Waves.Missing) -> None:
        card = self.editing.card
        if card is not None and message.segment == card.row.id:
            self.waveform.trouble = message.sentence

    def _mark_words(self, card: Card) -> None:
        if self.editor.display:
            spans = dict(enumerate(word_spans(card.text)))
            doubts = [spans[i] for i in self.text.doubtful | self.text.warned if i in spans]
            self.editor.mark(doubts, spans.get(self.text.heard if self.text.heard is not None else -1))

    def show_nothing(self, why: str) -> None:
        """There is no segment to show."""
        self.waveform.wave, self.waveform.trouble, self.waveform.at = None, "", None
        for lines in (self.before, self.after, self.readings, self.about):
            lines.lines = ()
        self.text.below = ()
        self.text.words, self.text.empty = (), why
        self.add_class("-empty")
        self.status.heard, self.status.saved = None, ""
