"""Another model in the place of one at work: loaded beside it, and never in the middle of a turn.

They are loaded one after the other, and the next only when the last has taken its place: there are never more than
two of a part in memory, however quickly somebody chooses.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from core.engine.loading import Model
from core.engine.protocol import UseModel
from models.errors import ModelError
from store.errors import StoreError

log = logging.getLogger(__name__)


class ModelChanges:
    """Does what UseModel asks; of several for one part only the last.

    Args:
        load: loads and warms the model that is asked for. Raises ModelError, StoreError.
        use: lets it take its place, and returns when it has.
        warn: takes a sentence where it cannot: the one at work goes on.
    """

    def __init__(
        self,
        load: Callable[[UseModel], Model],
        use: Callable[[str, Model], None],
        warn: Callable[[str], None],
    ) -> None:
        self._load, self._use, self._warn = load, use, warn
        self._asked: queue.SimpleQueue[UseModel] = queue.SimpleQueue()
        self._newest: dict[str, UseModel] = {}
        self._thread: threading.Thread | None = None

    def ask(self, command: UseModel) -> None:
        """Have it done, some time soon."""
        self._newest[command.part] = command
        self._asked.put(command)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="another model", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            self._do(self._asked.get())

    def _do(self, command: UseModel) -> None:
        if self._newest[command.part] is not command:
            return
        goes_on = f"The {command.part} in use so far goes on."
        try:
            model = self._load(command)
        except (ModelError, StoreError) as error:
            self._warn(f"{error} {goes_on}")
        except Exception:
            log.exception("a %s could not be loaded", command.part)
            self._warn(f"The new {command.part} cannot be used; engine.log has the details. {goes_on}")
        else:
            if self._newest[command.part] is command:  # else another was asked for meanwhile
                self._use(command.part, model)
