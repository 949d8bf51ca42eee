"""A trial of one model in a process of its own: it loads, hears silence, answers or speaks.

`python -m core.own_models.trial PART FORMAT PATH NAME SPEAKER WAV`, where the last two may be empty. A damaged
model may end the process that loads it instead of raising. Whoever wants to know runs this one
(`core.own_models.trying`), which prints one line of JSON: how it went, or what is wrong. No line: it died.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.errors import fields
from core.own_models.trying import SENTENCE, WORDS
from models import kinds
from models.device import Device, physical_cores
from models.errors import ModelError
from models.kind import RECOGNISER, TUTOR


def main() -> None:
    """Try it, and print how that went."""
    part, kind, path, name, speaker, wav = sys.argv[1:]
    began = time.monotonic()
    try:
        use = _loaded(part, kind, Path(path), name, speaker)
        loaded = time.monotonic()
        said = use(Path(wav) if wav else None)
    except ModelError as error:
        answer: dict[str, object] = {"wrong": fields(error)}
    except OSError as error:  # of the WAV file
        answer = {
            "wrong": {"what": f"{wav} cannot be written ({error.strerror})", "remedy": "make room", "place": wav}
        }
    else:
        answer = {"load": loaded - began, "work": time.monotonic() - loaded, "said": said}
    print(json.dumps(answer), flush=True)


def _loaded(part: str, kind: str, path: Path, name: str, speaker: str) -> Callable[[Path | None], str]:
    """The model, as what it is tried with: it gives what was said."""
    device = Device("cpu", physical_cores(), "a trial")
    if part == RECOGNISER:
        recogniser = kinds.recogniser(kind).load(path, name, device)

        def hear(wav: Path | None) -> str:
            recogniser.warm()
            return ""

        return hear
    if part == TUTOR:
        from models.tutor.llama import Message

        tutor = kinds.tutor(kind).load(path, name, device)
        return lambda wav: "".join(tutor.chat([Message("user", SENTENCE)], max_tokens=WORDS)).strip()
    voice = kinds.voice(kind).load(path, name, speaker)

    def speak(wav: Path | None) -> str:
        import numpy as np

        from core.engine.playback import WavFile

        sound = np.concatenate([*voice.speak(SENTENCE), np.zeros(0, dtype=np.float32)])
        if not np.abs(sound).max(initial=0.0):
            raise ModelError(f"The voice {name} at {path} says nothing", "choose another voice", path)
        if wav is not None:
            file = WavFile(wav)
            file.write(sound, voice.sample_rate)
            file.close()
        return SENTENCE

    return speak


if __name__ == "__main__":
    main()
