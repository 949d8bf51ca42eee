"""A Whisper in Hugging Face format becomes one that the app listens with.

    python -P -m trainer.converting FOLDER OUT

What happens is said line by line on standard output. Where it fails, the last line on standard error is a JSON
object with `what`, `remedy` and `place`. OUT is there as a whole or not at all: until then it has a hidden name
beside it, which the next try takes over when this process was killed.

The weights stay in half precision, rounded no further, so that the result can be trained on later; how it computes,
the machine decides when it is loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from models.errors import ModelError
from models.whisper import hugging_face

QUANTIZATION = "float16"


def convert(folder: Path, out: Path) -> None:
    """Make the CTranslate2 folder `out` from a Hugging Face one.

    Raises:
        ModelError: it is no Whisper that can be used.
        OSError: a full disk; nothing is left then.
    """
    hugging_face.check(folder, folder.name)
    print(f"Reading {folder.name}", flush=True)
    from trainer import export

    print(f"Converting {folder.name}; large ones take some minutes", flush=True)
    export.convert(folder, out, QUANTIZATION, out.with_name(f".{out.name}.partial"))
    print(f"Converted {folder.name}", flush=True)


def main() -> int:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell said to ignore it
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    folder, out = options.folder.resolve(), options.out.absolute()
    try:
        convert(folder, out)
    except ModelError as error:
        return _failed(error.what, error.remedy, str(error.place))
    except OSError as error:
        return _failed(f"{out} cannot be written ({error.strerror or error})", "make room, and try again", str(out))
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # the libraries raise what they like for weights that do not fit their settings
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        return _failed(f"{folder} cannot be converted ({reason})", "choose another model", str(folder))
    return 0


def _failed(what: str, remedy: str, place: str) -> int:
    print(json.dumps({"what": what, "remedy": remedy, "place": place}, ensure_ascii=False), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
