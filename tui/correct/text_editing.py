"""The fourth layer of the Correct screen: the words, choosing and changing them, and keeping drafts."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable
from contextlib import suppress

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static, TextArea

from core.review.card import Card, CardWord
from store.errors import StoreError
from store.units import SAMPLE_RATE
from tui.correct.about import Lines, about, around, readings
from tui.correct.keyboard import KeyboardScreen
from tui.correct.words import labels
from tui.keys import letter
from tui.shell.header_and_keys import KeysLine

DRAFT_SECONDS = 0.4
"""Pause in typing after which the draft is stored."""
WIDE, NARROW = 100, 60
"""Columns from which the queue gets more of them, and below which it gives way."""
TALL, SHORT = 34, 18
"""Rows from which the text needs not all of them, and below which all else gives way."""


class TextScreen(KeyboardScreen):
    """A queue whose segments can be heard and their text changed."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = Static(id="heading", markup=False)
        self.before, self.after = Lines(id="before"), Lines(id="after")
        self.about = Lines(id="about")
        self.about.wrapped = self.said.wrapped = True
        self._changed = False
        """Whether the text was changed since the card was shown."""
        self._kept: dict[int, str] = {}
        """Texts that are not stored yet: of a card on its way again, or because storing failed."""
        self._draft_timer: Timer | None = None
        self._cycle: tuple[Card, int, int, str] | None = None
        """An alternative that was taken: the card before, the word, which one, and the text it made."""

    def body(self) -> Iterable[Widget]:
        with_queue = Vertical(self.heading, self.queue, id="left")
        yield Horizontal(
            with_queue,
            Vertical(
                self.waveform, self.before, self.text, self.editor, self.readings, self.after, self.about,
                self.choices, self.ask_line, self.said, self.status,
                id="right",
            ),
        )  # fmt: skip

    def on_resize(self, event: events.Resize) -> None:
        """Give the queue more room where there is some, and the text where there is little."""
        self.set_class(event.size.width >= WIDE, "-roomy")
        self.set_class(event.size.width < NARROW, "-narrow")
        self.set_class(event.size.height >= TALL, "-tall")
        self.set_class(event.size.height < SHORT, "-short")

    # --- the card -------------------------------------------------------------------------------

    def show_card(self, card: Card, again: bool) -> None:
        """Draw it; what was typed and is not stored stays."""
        kept = self._kept.pop(card.row.id, None)
        self._changed = kept is not None
        if kept is not None:
            self.card = card.with_text(kept)
        if not again:
            self.reset_effort()
            self.text.chosen = None
            self._cycle = None
        super().show_card(card, again)
        self._draw_text()
        if kept is not None:
            self._begin_draft_timer()
        self.release_keys()

    def hold_card(self) -> None:
        """The card is about to change: keys wait for the new one, and what is typed so far stays."""
        if self.card is not None and self._changed:
            self._kept[self.card.row.id] = self.card.text
        super().hold_card()

    def leave_card(self) -> None:
        """Store the draft, and leave the text."""
        if self.taking != "keys":
            self.take("keys")
        self._store_draft()
        super().leave_card()

    def show_nothing(self, why: str) -> None:
        """An empty queue."""
        self.drop_keys()
        self.waveform.wave, self.waveform.trouble, self.waveform.at = None, "", None
        for lines in (self.before, self.after, self.readings, self.about):
            lines.lines = ()
        self.text.below = ()
        self.text.words, self.text.empty = (), why
        self.add_class("-empty")
        self.status.heard, self.status.saved = None, ""

    def _draw_text(self) -> None:
        card = self.card
        if card is None:
            return
        self.remove_class("-empty")
        self.text.empty = f"Nothing was heard: {letter('write')} writes what is said."
        self.text.words = tuple(word.text for word in card.words)
        self.text.doubtful = frozenset(i for i, word in enumerate(card.words) if word.doubtful)
        self.text.warned = frozenset(_warned(card))
        if self.text.chosen is not None and self.text.chosen >= len(card.words):
            self.text.chosen = len(card.words) - 1 if card.words else None
        if self.taking == "write":
            self._mark_words()
        self.show_neighbours()
        self._draw_word()
        self.about.lines = about(card)
        if card.text != card.shown:
            self.status.saved = "draft"
        elif self.status.saved == "draft":
            self.status.saved = ""

    def _mark_words(self) -> None:
        if self.card is not None:
            spans = dict(enumerate(word_spans(self.card.text)))
            doubts = [spans[i] for i in self.text.doubtful | self.text.warned if i in spans]
            self.editor.mark(doubts, spans.get(self.text.heard if self.text.heard is not None else -1))

    def light(self, word: int | None) -> None:
        if word != self.text.heard:
            super().light(word)
            if self.taking == "write":
                self._mark_words()

    def show_neighbours(self) -> None:
        if self.card is not None:
            self.before.lines = around([(row.speaker, row.text) for row in self.card.before], ahead=False)
            self.after.lines = around([(row.speaker, row.text) for row in self.card.after], ahead=True)

    def _draw_word(self) -> None:
        card, chosen = self.card, self.text.chosen
        if card is None:
            return
        word = card.words[chosen] if chosen is not None else None
        self._show_readings(word, card.other)
        if word is None:
            self.waveform.word = None
        else:
            first, last = (card.row.start + int(at * SAMPLE_RATE) for at in (word.start, word.end))
            self.waveform.word = first, max(last, first + 1)
        self.query_one(KeysLine).refresh()

    def _show_readings(self, word: CardWord | None, other: str) -> None:
        key = "" if self.taking == "write" else letter("next offer")
        lines = readings(word.text, word.alternatives, other, key) if word else readings("", (), other, key)
        self.readings.lines = self.text.below = lines

    # --- changing the text ------------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """The segment's text is this from now on, as a draft."""
        assert self.card is not None
        self.card = self.card.with_text(text)
        self._changed = True
        self._kept.pop(self.card.row.id, None)
        self._draw_text()
        self._begin_draft_timer()

    def _begin_draft_timer(self) -> None:
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_SECONDS, self._store_draft)

    def _store_draft(self) -> None:
        if self._draft_timer is None or self.card is None:
            return
        self.drop_draft()
        card = self.card
        self._cards.pop(card.row.id, None)
        self.start(self._keep_draft(card, self.worker.do(lambda desk: desk.draft(card, card.text))))

    async def _keep_draft(self, card: Card, job: Awaitable[None]) -> None:
        try:
            await job
        except StoreError:
            if self.card is None or self.card.row.id != card.row.id or self.card.text == card.text:
                self._kept[card.row.id] = card.text  # it is still there when its segment is shown again
            raise

    async def _finish(self, job: Awaitable[None]) -> None:
        await job

    def drop_draft(self) -> None:
        """What is typed is about to be stored otherwise."""
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None

    async def on_unmount(self) -> None:
        """Store what is being typed before the database is closed."""
        card = self.card
        if card is not None and (self.taking == "write" or self._draft_timer is not None):
            text = self.editor.text if self.taking == "write" else card.text
            with suppress(StoreError):
                await self.worker.do(lambda desk: desk.draft(card, text))

    def write(self, first: int, last: int) -> None:
        """Change the text in place, with these characters selected."""
        if self.card is None:
            return
        self.take("write")
        self.editor.write(self.card.text, first, last)
        self._draw_text()

    def stop_writing(self) -> None:
        """Back to commands; the word at the cursor is the chosen one."""
        if self.taking == "write" and self.card is not None:
            self.typed()
            spans = word_spans(self.card.text)
            self.text.chosen = next((i for i, (_, end) in enumerate(spans) if end >= self.editor.place), None)
            self.take("keys")
            self._draw_word()

    @on(TextArea.Changed)
    def typed(self) -> None:
        if self.taking == "write" and self.card is not None and self.editor.text != self.card.text:
            self.set_text(self.editor.text)

    def action_write(self) -> None:
        if self.card is not None:
            spans = word_spans(self.card.text)
            at = len(self.card.text) if self.text.chosen is None else spans[self.text.chosen][0]
            self.write(at, at)

    def action_change(self) -> None:
        chosen = self.text.heard if self.text.chosen is None else self.text.chosen
        if chosen is None:
            self.action_write()
        else:
            self._change(chosen)

    def _change(self, word: int) -> None:
        if self.card is not None and word < len(self.card.words):
            self.text.chosen = word
            self._draw_word()
            self.write(*core_span(self.card.text, word))

    # --- choosing a word --------------------------------------------------------------------------

    def action_pick(self) -> None:
        """Show a letter at each word; the letter picks it."""
        if self.card is not None and self.card.words:
            self.take("pick")

    def _picked(self, key: str) -> None:
        typed = (self.text.picking or "") + key
        names = labels(len(self.text.words))
        if typed in names:
            self._change(names.index(typed))
        elif any(name.startswith(typed) for name in names):
            self.text.picking = typed
        else:
            self.take("keys")

    def action_word(self, step: int) -> None:
        """Choose the word before or after, and play from it."""
        if self.card is None or not self.card.words:
            return
        now = self.text.heard if self.text.chosen is None else self.text.chosen
        last = len(self.card.words) - 1
        self.action_choose_word(min(max(0 if now is None else now + step, 0), last))

    def action_choose_word(self, word: int) -> None:
        """Choose a word, and play from it."""
        if self.card is None or word >= len(self.card.words):
            return
        self.text.chosen = word
        self._cycle = None
        self._draw_word()
        row = self.card.row
        self.play(row.start + int(self.card.words[word].start * SAMPLE_RATE), row.end)

    def action_doubt(self, step: int) -> None:
        """Go to the next or the last doubtful word; while writing, select it."""
        if self.card is None:
            return
        doubts = sorted(self.text.doubtful | self.text.warned)
        if self.taking == "write":
            ends = [end for _, end in word_spans(self.card.text)]
            here = next((i for i, end in enumerate(ends) if end >= self.editor.place), len(ends))
        else:
            here = -1 if self.text.chosen is None else self.text.chosen
        ahead = [i for i in doubts if i > here] if step > 0 else [i for i in reversed(doubts) if i < here]
        if self.taking == "write" and not self.editor.selected_text and step > 0 and here in doubts:
            ahead.insert(0, here)
        goal = next(iter(ahead or doubts[::step]), None)
        if goal is None:
            self.say("No doubtful word here.")
        elif self.taking == "write":
            self.text.chosen = goal
            self.editor.select(*core_span(self.card.text, goal))
            self._draw_word()
        else:
            self.action_choose_word(goal)

    def offers(self) -> bool:
        """Whether there is another reading to take, or to give back."""
        card = self.card
        return card is not None and (
            any(word.alternatives for word in card.words)
            or (self._cycle is not None and self._cycle[3] == card.text)
        )

    def action_alternative(self) -> None:
        """Take the next alternative of the chosen word; after the last one, what stood there."""
        if self.card is None:
            return
        base, word, which = self.card, self.text.chosen, 0
        if self._cycle is not None and self._cycle[3] == self.card.text:
            base, word, which = self._cycle[0], self._cycle[1], self._cycle[2] + 1
        if word is None:
            offered = [i for i, one in enumerate(base.words) if one.alternatives]
            word = next(iter(offered), None)
        if word is None or not base.words[word].alternatives:
            self.say("There is no other reading of it.")
            return
        if which < len(base.words[word].alternatives):
            text, _ = base.taking(word, which)
            self._cycle = (base, word, which, text)
        else:
            text, self._cycle = base.text, None
        self.text.chosen = word
        self.set_text(text)
        self._show_readings(base.words[word], base.other)

    def put_word(self, snippet: str) -> None:
        """Put words in before the chosen one, or at the end."""
        assert self.card is not None
        words = [word.text for word in self.card.words]
        at = len(words) if self.text.chosen is None else self.text.chosen
        self.set_text(" ".join([*words[:at], *snippet.split(), *words[at:]]))


def word_spans(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"\S+", text)]


def core_span(text: str, word: int) -> tuple[int, int]:
    """The characters of a word without the punctuation around it, which seldom needs typing again."""
    first, last = word_spans(text)[word]
    core = re.search(r"\w(?:.*\w)?", text[first:last])
    return (first + core.start(), first + core.end()) if core else (first, last)


def _warned(card: Card) -> list[int]:
    """The words a rule warns of, as long as the text is the one it looked at."""
    if card.text != card.shown:
        return []
    spans = [warning.span for warning in card.warnings if warning.span is not None]
    words = enumerate(word_spans(card.text))
    return [i for i, (first, last) in words if any(a < last and first < b for a, b in spans)]
