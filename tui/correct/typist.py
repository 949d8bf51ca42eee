"""The person at the keyboard: what a key means is done here where it is about words, and else by the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import closing

from textual import events
from textual.widget import Widget

from tui.correct.card_pane import CardPane
from tui.correct.jobs import Said
from tui.correct.keyboard import Answered, Chosen, Command, Keyboard, Letter, Meaning, Nothing, Taking, Written
from tui.correct.questions import Question
from tui.correct.text_editing import core_span, word_at, word_spans
from tui.correct.words import labels
from tui.keys import letter
from tui.shell.host import Host
from tui.text import plain


class Typist:
    """Writes, chooses words and answers questions.

    Args:
        host: shows what is said.
        keyboard: says what a key means.
        pane: the segment, and the lines that are written in.
        run: does a command; whether it could be done.
        waits: whether a card is on its way.
    """

    def __init__(
        self,
        host: Host,
        keyboard: Keyboard,
        pane: CardPane,
        run: Callable[[str], Awaitable[bool]],
        waits: Callable[[], bool],
    ) -> None:
        self._host = host
        self._keyboard = keyboard
        self._pane = pane
        self._editing = pane.editing
        self._playback = pane.playback
        self._run = run
        self._waits = waits
        self._question: Question | None = None

    # --- keys -----------------------------------------------------------------------------------

    async def take(self, event: events.Key, widget: Widget) -> bool:
        """Take a key that came to one of the widgets that share the keyboard; False leaves it to the widget."""
        places: dict[Widget, Taking] = {self._pane.editor: "write", self._pane.ask_line: "ask"}
        return await self._do(self._keyboard.take(event, places.get(widget, "keys"), self._waits()))

    async def release(self) -> None:
        """The card is there: do what was asked of it meanwhile."""
        with closing(self._keyboard.release(self._waits)) as meanings:
            for meaning in meanings:
                await self._do(meaning)

    async def _do(self, meaning: Meaning) -> bool:
        match meaning:
            case Nothing.HELD:
                return True
            case Written(event):
                (self._pane.editor if self._keyboard.taking == "write" else self._pane.ask_line).take(event)
                return True
        self._pane.say("")
        match meaning:
            case Nothing.LEFT:
                return False
            case Command(action):
                return await self._run(action)
            case Letter(key):
                self._spell(key)
            case Chosen(key):
                self._answer(key)
            case Answered(keep):
                words = self._pane.ask_line.value
                with self._pane.app.batch_update():  # one picture of the line's going and what comes of it
                    self._keyboard.become("keys")
                    if keep and self._question is not None:
                        self._question.then(words)
        return True

    # --- questions --------------------------------------------------------------------------------

    def ask(self, question: Question) -> None:
        """Ask something; what follows the answer is up to the question."""
        self._question = question
        self._pane.show_question(question)
        self._keyboard.become("choose" if question.words is None else "ask")

    def _answer(self, key: str) -> None:
        question = self._question
        if key == "escape":
            self._keyboard.become("keys")
        elif question is not None and any(answer.key == key for answer in question.answers):
            self._keyboard.become("keys")
            question.then(key)

    # --- writing ----------------------------------------------------------------------------------

    def write(self, first: int, last: int) -> None:
        """Change the text in place, with these characters selected."""
        if self._editing.card is not None:
            self._keyboard.become("write")
            self._pane.editor.write(self._editing.card.text, first, last)

    def write_here(self) -> None:
        """Change the text before the chosen word, or at its end."""
        card, chosen = self._editing.card, self._editing.chosen
        if card is not None:
            at = len(card.text) if chosen is None else word_spans(card.text)[chosen][0]
            self.write(at, at)

    def write_missing(self) -> bool:
        """Whether there is no text that could be accepted; it is to be typed then."""
        self._editing.catch_up()
        card = self._editing.card
        missing = card is not None and not plain(card.text) and card.row.heard is None and not card.shown
        if missing:
            self._host.post_message(
                Said(f"It has no text yet: type what is said, or skip it with {letter('put aside')}.")
            )
            self.write(0, 0)
        return missing

    def change(self) -> None:
        """Change the chosen word, or the one that is heard, or else the text."""
        chosen = self._chosen_or_heard()
        if chosen is None:
            self.write_here()
        else:
            self._change(chosen)

    def _change(self, word: int) -> None:
        card = self._editing.card
        if card is not None and word < len(card.words):
            self._editing.choose(word)
            self.write(*core_span(card.text, word))

    def stop_writing(self) -> None:
        """Back to commands; the word at the cursor is the chosen one."""
        self._editing.catch_up()
        if self._editing.card is not None:
            self._editing.choose(word_at(self._editing.card.text, self._pane.editor.place))
        self._keyboard.become("keys")

    # --- choosing a word --------------------------------------------------------------------------

    def pick(self) -> None:
        """Show a letter at each word; the letter picks it."""
        if self._editing.card is not None and self._editing.card.words:
            self._keyboard.become("pick")

    def _spell(self, letter: str) -> None:
        card = self._editing.card
        names = labels(len(card.words)) if card is not None else []
        spelled = self._keyboard.spelled + letter
        if spelled in names:
            self._change(names.index(spelled))
        elif any(name.startswith(spelled) for name in names):
            self._keyboard.become("pick", spelled)
        else:
            self._keyboard.become("keys")

    def step(self, step: int) -> None:
        """Choose the word before or after, and play from it."""
        card = self._editing.card
        if card is not None and card.words:
            now = self._chosen_or_heard()
            self.choose(min(max(0 if now is None else now + step, 0), len(card.words) - 1))

    def choose(self, word: int) -> None:
        """Choose a word, and play from it."""
        card = self._editing.card
        if card is not None and word < len(card.words):
            self._editing.choose_anew(word)
            self._playback.play_from(card.words[word].start)

    def doubt(self, step: int) -> None:
        """Go to the next or the last doubtful word; while writing, select it."""
        card, editor = self._editing.card, self._pane.editor
        if card is None:
            return
        if self._keyboard.taking == "write":
            at = word_at(card.text, editor.place)
            here = len(card.words) if at is None else at
            goal = self._editing.doubt_from(here, step, itself=step > 0 and not editor.selected_text)
            if goal is not None:
                self._editing.choose(goal)
                editor.select(*core_span(card.text, goal))
        else:
            goal = self._editing.doubt_from(-1 if self._editing.chosen is None else self._editing.chosen, step)
            if goal is not None:
                self.choose(goal)
        if goal is None:
            self._host.post_message(Said("No doubtful word here."))

    def _chosen_or_heard(self) -> int | None:
        chosen = self._editing.chosen
        return self._editing.word_heard(self._playback.moment) if chosen is None else chosen
