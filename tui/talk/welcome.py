"""What stands in a conversation in which nothing has been said yet."""

from __future__ import annotations

from tui.keys import letter

SPEAKING = f"""
         The tutor speaks first, in a moment.

         space   talk, and again when you have finished
         {letter("write")}       write instead; just typing does, too
         {letter("help")}       all the keys
"""
WRITING = f"""
         The tutor speaks first, in a moment.

         Write, and press enter; {letter("down")} goes through suggested replies.
         esc     leaves the line: then digits are the other screens,
                 and {letter("help")} shows all the keys
"""


def welcome(by_hand: bool) -> str:
    """The first lines; `by_hand` where there is nothing to speak into."""
    return WRITING if by_hand else SPEAKING
