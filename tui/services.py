"""What a screen may ask of the app, and what the app asks of a player: the one way up from a screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.engine.protocol import Command
from tui.settings import Settings

if TYPE_CHECKING:
    from core.player import protocol as player
    from store.segments.queue import View


class PlayerLike(Protocol):
    """What a screen needs of a player; core.player.client.Player is the real one."""

    async def send(self, command: player.Command) -> None:
        """Give the player a command."""

    def events(self) -> AsyncIterator[player.Event]:
        """All events of the player, to its end."""

    async def close(self) -> None:
        """End it."""


class Services(Protocol):
    """The app, as its screens know it."""

    data: Path | None
    """The data folder; None where there is none that can be used."""
    sound: bool
    """Whether microphone and loudspeaker may be used."""
    settings: Settings
    make_player: Callable[[], PlayerLike]

    @property
    def is_promoting(self) -> bool:
        """Whether a version is being promoted or rolled back from just now."""

    def tell(self, text: str, severity: str) -> None:
        """A toast; `severity` is information, warning or error."""

    def send(self, command: Command) -> None:
        """Queue a command for the engine; without an engine there is nobody to do it."""

    def begin(self, scenario: str, level: str) -> None:
        """Begin a session, with a new engine when the old one has gone."""

    def promote(self, name: str, force: bool = False) -> None:
        """Make a version the one in use; PromotionEnded tells the screens how that ended.

        Args:
            name: of the version.
            force: whatever its verdict says.
        """

    def choose(self, part: str, name: str) -> None:
        """Use a model from now on; PromotionEnded (the recogniser) or ModelChosen tells how that ended.

        Args:
            part: recogniser, tutor or voice.
            name: of a version or a model of this machine, with :SPEAKER behind it for one of a voice.
        """

    @property
    def choosing(self) -> bool:
        """Whether a model is being chosen just now."""

    def roll_back(self) -> None:
        """Go back to the version in use before; PromotionEnded tells how that ended."""

    def renew_standing(self) -> None:
        """Read again how good the recogniser is: a run has ended, or something was corrected."""

    async def open_view(self, view: View, title: str) -> None:
        """Show these segments in the Correct screen.

        Args:
            view: which, and in which order.
            title: what they are, in a word or two.
        """
