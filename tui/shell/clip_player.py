"""Plays one clip at a time by the player, which is another process and may be late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message

from core.player import protocol
from core.player.protocol import Play, PlayFile, Stop
from tui.player_link import PlayerLink
from tui.services import PlayerLike
from tui.shell.host import Host


@dataclass
class PlayingEnded(Message, bubble=False):
    """The clip was played to its end, and nothing is heard now."""


@dataclass
class PlayingFailed(Message, bubble=False):
    """The clip cannot be heard."""

    why: str


class ClipPlayer:
    """What is listened to.

    Args:
        host: hears of the end.
        make_player: called when there is first something to play.
    """

    def __init__(self, host: Host, make_player: Callable[[], PlayerLike]) -> None:
        self.playing = False
        """Whether something is heard, as far as one knows here."""
        self._host = host
        self._link = PlayerLink(host, make_player, self._on_event)
        self._unfinished = 0
        """Plays that were asked for and of whose end the player has not spoken."""

    def play(self, clip: Play | PlayFile) -> None:
        self.playing = True
        self._unfinished += 1
        self._link.send(clip)

    def hush(self) -> None:
        """Be silent, if there is something to hear."""
        if self.playing:
            self.playing = False
            self._link.send(Stop())

    async def close(self) -> None:
        await self._link.close()

    def _on_event(self, event: protocol.Event) -> None:
        match event:
            case protocol.Finished():
                self._unfinished -= 1
                if self.playing and not self._unfinished:
                    self.playing = False
                    self._host.post_message(PlayingEnded())
            case protocol.Error(text=text):
                self._host.post_message(PlayingFailed(text))
            case _:
                pass
