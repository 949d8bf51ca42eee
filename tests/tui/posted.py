"""Messages as they arrive where they were posted to, for tests that await one instead of looking for its traces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from textual.message import Message

from tests.patience import PATIENCE

Kind = TypeVar("Kind", bound=Message)


class Posted:
    """Give it to an app as its `message_hook`."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        """That nobody has awaited yet, the oldest first."""
        self._arrived = asyncio.Event()

    def __call__(self, message: Message) -> None:
        self.messages.append(message)
        self._arrived.set()

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [message for message in self.messages if isinstance(message, kind)]

    async def next(
        self, kind: type[Kind], when: Callable[[Kind], bool] = lambda message: True, seconds: float = PATIENCE
    ) -> Kind:
        """The oldest message of this kind that nobody has awaited yet; it may be on its way still."""
        async with asyncio.timeout(seconds):
            while (found := next((one for one in self.of(kind) if when(one)), None)) is None:
                self._arrived.clear()
                await self._arrived.wait()
        self.messages.remove(found)
        return found
