"""Where what was misheard will be put right."""

from __future__ import annotations

from tui.screens.base import ComingScreen


class CorrectScreen(ComingScreen):
    """Says what it will do."""

    MODE = "correct"
    CSS_PATH = "correct.tcss"
    SAYS = (
        "Correct is still to come.\n\n"
        "Everything you say is kept, with what the ear made of it. Here you will listen to each segment, mend the "
        "words it got wrong without leaving the keyboard, and go on with one key.\n\n"
        "Nothing is lost until then: all you say in Talk is waiting for you here."
    )
