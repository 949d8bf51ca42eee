"""The engine as a process: `python -P -m core.engine`, with `--data DIR --no-sound --out DIR`, and
`--recogniser NAME --voice NAME`.

Commands come on standard input and events leave on standard output, as `protocol` says; standard error
is the log. It ends with status 0 when asked to, by Quit, end of input, SIGTERM or SIGINT, and with 1
after a fatal Error.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from core.engine.protocol import Error, Hello, Quit, decode_command
from core.processes.json_lines import Outbox, commands, private_stdout
from store.errors import StoreError
from store.files import lock
from store.paths import data_folder, prepare

LOCK = "engine.lock"
LOCK_SECONDS = 3.0
"""An engine whose app was killed needs a moment to store what it has."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one engine; the exit status."""
    started = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m core.engine", description="Tertulia's engine process.")
    parser.add_argument("--data", type=Path, help="the data folder")
    parser.add_argument("--no-sound", action="store_true", help="leave microphone and loudspeaker alone")
    parser.add_argument("--out", type=Path, help="a folder for the replies, as WAV files")
    parser.add_argument("--recogniser", metavar="NAME", help="the one that is to listen (the one in use)")
    parser.add_argument("--voice", metavar="NAME", help="the one that is to speak (the one in use)")
    options = parser.parse_args(arguments)
    faulthandler.enable()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    outbox = Outbox(private_stdout())
    try:
        data = options.data.absolute() if options.data else data_folder()
        outbox.send(Hello(os.getpid(), str(data)))
        prepare(data)
        descriptor = _lock(data)
    except StoreError as error:
        outbox.send(Error(str(error), fatal=True))
        return 1
    with os.fdopen(descriptor):
        # Only now, because these imports take a while and Hello should not.
        from core.engine.service import EngineService
        from core.engine.turns import Setup

        setup = Setup(data, not options.no_sound, options.out, started, options.recogniser, options.voice)
        service = EngineService(setup, outbox.send)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: service.post(Quit()))

        def read() -> None:
            for command in commands(sys.stdin.buffer, decode_command, lambda text: outbox.send(Error(text))):
                service.post(command)
            service.post(Quit())

        threading.Thread(target=read, name="commands", daemon=True).start()
        return service.run()


def _lock(data: Path) -> int:
    """Hold the data folder while the descriptor is open. Raises StoreError where another engine holds it."""
    try:
        return lock(data / LOCK, LOCK_SECONDS)
    except BlockingIOError as error:
        raise StoreError(
            f"Another Tertulia is using {data}", "close it first, or set TERTULIA_HOME to another folder", data
        ) from error
    except OSError as error:
        raise StoreError(
            f"{data / LOCK} cannot be written ({error.strerror})", "check the folder", data / LOCK
        ) from error


if __name__ == "__main__":
    try:
        status = main()
    except Exception:
        logging.exception("the engine failed")
        status = 1
    # Threads of native libraries may still be at work; waiting for them, or ending under them, can hang.
    sys.stderr.flush()
    os._exit(status)
