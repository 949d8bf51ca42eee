"""Another tutor or voice is chosen: tried and stored in a thread, then taken up by the engine.

The recogniser has a way of its own (`tui.active_recogniser`): it has versions, a verdict and a queue to hear anew.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.engine.protocol import UseModel
from core.errors import TROUBLE
from tui.active_recogniser import RECOGNISER, AppLike
from tui.messages import ModelChosen
from tui.news import post_news


class Choosing:
    """Chooses tutors and voices."""

    def __init__(self, app: AppLike) -> None:
        self.parts: set[str] = set()
        """Those for which something is being chosen."""
        self._app = app

    def choose(self, part: str, name: str) -> None:
        """Use a model from now on; ModelChosen says how that ended. One at a time for each part."""
        if part == RECOGNISER:
            self._app.promote(name)
        elif part not in self.parts and self._app.data is not None:
            self.parts.add(part)
            self._app.run_worker(self._choose(self._app.data, part, name), group="choosing", exit_on_error=False)

    async def _choose(self, data: Path, part: str, name: str) -> None:
        ended = ModelChosen(part, name)
        try:
            await asyncio.to_thread(_chosen, data, part, name)
        except TROUBLE as error:
            ended = ModelChosen(part, name, str(error))
        finally:
            self.parts.discard(part)
            post_news(self._app, ended)
        if not ended.trouble:
            self._app.send(UseModel(part))


def _chosen(data: Path, part: str, name: str) -> None:
    from core.own_models.choosing import choose

    choose(data, part, name)
