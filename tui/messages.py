"""Messages that cross from the app and its workers to the screens.

Of the engine's there is one for every protocol event rather than one class for each kind: the protocol
already has a dataclass for each, and a screen matches on those it cares for and lets the rest bubble to
the app.
"""

from __future__ import annotations

from textual.message import Message

from core.engine.protocol import Event, Level, ReplyText


class EngineSaid(Message):
    """The engine reported `event`."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """A newer loudness replaces an unread one, and a longer reply the shorter one it begins with."""
        if not isinstance(message, EngineSaid):
            return False
        old, new = message.event, self.event
        if isinstance(new, Level):
            return isinstance(old, Level)
        return (
            isinstance(new, ReplyText)
            and isinstance(old, ReplyText)
            and (new.turn, new.revision) == (old.turn, old.revision)
        )


class EngineStopped(Message):
    """The engine has gone and will not come back by itself.

    `reason` is one sentence with the remedy; it is empty when the engine ended as asked.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class PromotionEnded(Message):
    """A version was promoted or rolled back from, or could not be."""

    def __init__(self, version: str, trouble: str = "") -> None:
        super().__init__()
        self.version = version
        """Name of the version that is in use now; empty where nothing was changed."""
        self.trouble = trouble
        """One sentence with the remedy, where nothing was changed."""


class ModelChosen(Message):
    """Another tutor or voice was chosen, or could not be; of the recogniser PromotionEnded tells."""

    def __init__(self, part: str, name: str, trouble: str = "") -> None:
        super().__init__()
        self.part = part
        self.name = name
        self.trouble = trouble
        """One sentence with the remedy, where nothing was changed."""


class QueueReheard(Message):
    """What waits to be corrected was transcribed again by the recogniser in use, and the queue put in order."""
