"""The player as a process: `python -P -m core.player --data DIR`.

Commands come on standard input and events leave on standard output, as `protocol` says; standard error
is the log. It holds nothing that a sudden end could harm, so it ends with status 0 on Quit and end of
input, and of any signal at once.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from core.player.protocol import Error, Hello, Quit, decode_command
from core.processes.json_lines import Outbox, commands, private_stdout


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one player."""
    parser = argparse.ArgumentParser(prog="python -m core.player", description="Tertulia's player process.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    options = parser.parse_args(arguments)
    faulthandler.enable()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    outbox = Outbox(private_stdout())
    outbox.send(Hello(os.getpid()))

    # Only now, because these imports take a while and Hello should not.
    from core.player.service import PlayerService

    service = PlayerService(options.data.absolute(), outbox.send)

    def read() -> None:
        for command in commands(sys.stdin.buffer, decode_command, lambda text: outbox.send(Error(text))):
            service.post(command)
        service.post(Quit())

    threading.Thread(target=read, name="commands", daemon=True).start()
    service.run()


if __name__ == "__main__":
    try:
        main()
        status = 0
    except Exception:
        logging.exception("the player failed")
        status = 1
    # Threads of native libraries may still be at work; waiting for them, or ending under them, can hang.
    sys.stderr.flush()
    os._exit(status)
