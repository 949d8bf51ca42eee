"""How the segment that is shown looks: its sound, its words, and what is known about it."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content

from core.review.card import Card
from store.units import SAMPLE_RATE
from tui.correct.about import Lines, about, around, readings
from tui.correct.choices import AskLine, Choices
from tui.correct.editor import SegmentEditor
from tui.correct.keyboard import Taking
from tui.correct.playback import Playback
from tui.correct.questions import Question
from tui.correct.route import Route
from tui.correct.status_line import CorrectStatus
from tui.correct.text_editing import TextEditing, doubtful, warned, word_spans
from tui.correct.waveform import Waveform
from tui.correct.words import SegmentText
from tui.text import plain
from tui.theme import ACCENT

MODES: dict[Taking, str] = {"write": "writing", "pick": "which word?"}
"""What the status line says of the keys where they are not the usual ones."""


class CardView(Vertical):
    """Draws what the screen's parts know.

    Args:
        route: is given the keys that come to the two lines one writes in.
    """

    def __init__(self, route: Route) -> None:
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

    def show_keys(self, taking: Taking, spelled: str) -> None:
        """Show what belongs to what keys are just now; of a word's label this was typed."""
        self.text.display, self.editor.display = taking != "write", taking == "write"
        self.readings.display = taking == "write"
        self.choices.display, self.ask_line.display = taking in ("choose", "ask"), taking == "ask"
        self.text.picking = spelled if taking == "pick" else None
        self.status.mode = MODES.get(taking, "")

    def show_question(self, question: Question) -> None:
        self.choices.title, self.choices.choices = question.title, question.answers
        if question.words is not None:
            self.ask_line.begin(question.words)

    def say(self, text: str) -> None:
        """Show something that is of use until the next key; where it hides nothing."""
        self.said.lines = (Content.assemble(("› ", ACCENT), plain(text)),) if text else ()

    # --- the card -------------------------------------------------------------------------------

    def draw_text(self, editing: TextEditing) -> None:
        """The words and all that is known about the segment."""
        card = editing.card
        if card is None:
            return
        self.remove_class("-empty")
        self.text.empty = "Nothing was heard: i writes what is said."
        self.text.words = tuple(word.text for word in card.words)
        self.text.doubtful, self.text.warned = doubtful(card), warned(card)
        self._mark_words(card)
        self.draw_neighbours(card)
        self.draw_word(editing)
        self.about.lines = about(card)
        if card.text != card.shown:
            self.status.saved = "draft"
        elif self.status.saved == "draft":
            self.status.saved = ""

    def draw_neighbours(self, card: Card) -> None:
        """What is said before and after."""
        self.before.lines = around([(row.speaker, row.text) for row in card.before], ahead=False)
        self.after.lines = around([(row.speaker, row.text) for row in card.after], ahead=True)

    def draw_word(self, editing: TextEditing) -> None:
        """Which word is chosen, where it lies in the sound, and what else it may be."""
        card, chosen, offered = editing.card, editing.chosen, editing.offered
        if card is None:
            return
        self.text.chosen = chosen
        key = "" if self.editor.display else "a"
        lines = readings(offered.text if offered else "", offered.alternatives if offered else (), card.other, key)
        self.readings.lines = self.text.below = lines
        if chosen is None:
            self.waveform.word = None
        else:
            word = card.words[chosen]
            first, last = (card.row.start + int(at * SAMPLE_RATE) for at in (word.start, word.end))
            self.waveform.word = first, max(last, first + 1)

    def draw_sound(self, playback: Playback, editing: TextEditing) -> None:
        """Where the sound is, which word that is, and how much was heard; without a player nothing was."""
        card, word = editing.card, editing.word_heard(playback.moment)
        self.waveform.at, self.waveform.heard = playback.at, playback.heard
        self.status.playing, self.status.pace, self.status.loop = playback.playing, playback.pace, playback.loop
        if card is not None and playback.player is not None:
            self.status.heard = playback.listened / max(card.row.seconds, 1e-6)
        if word != self.text.heard:
            self.text.heard = word
            if card is not None:
                self._mark_words(card)

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
