"""`python -P -m trainer JOB_FOLDER [--resume]`: train, and report in events.jsonl and on standard output.

The same command runs under `accelerate launch` or `torchrun` with several processes. Exit codes: 0 finished,
or stopped as asked; 1 failed, and the last event says why; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
import traceback
from pathlib import Path

from trainer.contract.errors import JobError, TrainerError
from trainer.contract.folder import EVENTS
from trainer.events import Events, private_stdout
from trainer.stopping import StopRequest, lock


def main() -> int:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -P -m trainer", description=__doc__)
    parser.add_argument("job", type=Path, help="folder with job.json and manifest.jsonl")
    parser.add_argument("--resume", action="store_true", help="go on from the newest whole checkpoint")
    options = parser.parse_args()
    # Before transformers is imported, which reads them: nothing may be looked up, whatever is missing.
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    stdout = private_stdout()
    first = os.environ.get("RANK", "0") == "0"
    folder = options.job.absolute()
    stop = StopRequest(folder)
    stop.listen()
    # Until the folder is ours, nothing may be written into it.
    events = Events(None, stdout if first else None)
    try:
        if not folder.is_dir():
            raise JobError(f"There is no folder {folder}", "give the folder that `tertulia train` made", folder)
        if first:
            lock(folder)
            events = Events(folder / EVENTS, stdout)
            events.emit("start", pid=os.getpid(), resume=options.resume)
        if options.resume and first:
            stop.forget()
        from trainer.run import run
        from trainer.world import World

        done = run(folder, options.resume, events, stop, World())
        events.emit("done", durable=True, **done)
    except Exception as error:  # whatever it is, whoever watches must hear of it
        failed(events, error)
        return 1
    return 0


def failed(events: Events, error: Exception) -> None:
    """The `error` event: what went wrong, and what to do about it."""
    kind = type(error).__name__
    if isinstance(error, TrainerError):
        message, hint = error.what, error.remedy
    elif full_disk(error):
        message, hint = "The disk is full", "make room, then resume: the newest checkpoint is whole"
    else:
        traceback.print_exc(file=sys.stderr)
        message, hint = (str(error).strip().splitlines() or [kind])[0], "look at the run's log, then resume"
    events.emit("error", durable=True, type=kind, message=message, hint=hint)


def full_disk(error: Exception) -> bool:
    """Whether a write failed for want of room; safetensors has errors of its own, without a number."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in str(error)


if __name__ == "__main__":
    sys.exit(main())
