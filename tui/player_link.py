"""A screen's player: another process, started when there is first something to play, and its commands in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from core.player.protocol import Command, Event
from tui.services import PlayerLike
from tui.shell.host import Host


class PlayerLink:
    """Delivers commands and events.

    Args:
        host: does both beside everything else.
        make_player: gives None where sound is off.
        on_event: takes what the player reports, which may be late.
    """

    def __init__(
        self, host: Host, make_player: Callable[[], PlayerLike | None], on_event: Callable[[Event], None]
    ) -> None:
        self.player: PlayerLike | None = None
        """None until there is first something to play."""
        self._host = host
        self._make_player = make_player
        self._on_event = on_event
        self._commands: asyncio.Queue[Command] = asyncio.Queue()

    def send(self, command: Command) -> bool:
        """Give a command to the player; False where there is none."""
        if self.player is None:
            self.player = self._make_player()
            if self.player is None:
                return False
            for do, group in ((self._deliver, "deliver"), (self._listen, "player")):
                self._host.run_worker(partial(do, self.player), group=group, exit_on_error=False)
        self._commands.put_nowait(command)
        return True

    async def close(self) -> None:
        """End the player."""
        if self.player is not None:
            await self.player.close()

    async def _deliver(self, player: PlayerLike) -> None:
        while True:
            await player.send(await self._commands.get())

    async def _listen(self, player: PlayerLike) -> None:
        async for event in player.events():
            self._on_event(event)
