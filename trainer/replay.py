"""Speech made on the spot, so that what the base knew is not forgotten, and so that forgetting shows.

A few minutes of one voice pull a recogniser towards that voice and those sentences. Against it stand clips of
many invented voices: to hear again in training (replay), to choose the adapter's strength by (dev), and to
measure on at the end (general), which are sentences and voices that nothing else here has.

A sheet is what one process speaks: a request with its texts, a FLAC file, and beside it a JSON file with the
clips in it, both named after the hash of the request. espeak carries a little over from one utterance to the
next, so every sheet has a process of its own and is the same bit for bit whenever and wherever it is made.
The JSON file comes last and holds the hash of the samples: what lacks it, or differs, is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.units import SAMPLE_RATE
from trainer.contract.clips import Clip
from trainer.contract.errors import DataError
from trainer.contract.job import Job
from trainer.files import replacing, write_json
from trainer.manifest import measured
from trainer.synthesis import speech
from trainer.synthesis.espeak import Espeak, EspeakError
from trainer.synthesis.learner import ROOM
from trainer.synthesis.learner import VOICES as LEARNERS
from trainer.synthesis.lexicon import read_lines
from trainer.synthesis.sentences import corpus, normalise

RECIPE = 3
"""Another way to speak gets another number."""
SHEET = 100
"""Texts of one sheet."""
LONGEST = 12 * SAMPLE_RATE
"""Longer clips are left out: they make their whole batch slow."""
SPLITS = {"replay": "train", "dev": "dev", "general": "test"}
DEV_TEXTS = ("free_sentences.txt", "general_sentences.txt")
"""What dev says: sentences of people, as the general set has, and none of them in training, replay or that set."""
VOICES = f"voices-{RECIPE}"
"""Folder of the voices: links into the installed piper-tts, and the invented ones."""
STRANGE = {"replay": range(1000, 1200), "dev": range(1200, 1240)}
"""Numbers of the invented voices. The starter recogniser never heard them, so it is held to what it makes of
strangers too; and dev has others than replay. (One learner, seed 4: general speech 0.8 points worse instead of
1.9.)"""
TOGETHER = 2
"""Processes that speak at a time, at most."""


def made(
    job: Job,
    cache: Path,
    on_progress: Callable[[int, int], None],
    between: Callable[[], None],
    never: Collection[str] = (),
) -> list[Clip]:
    """All clips that a job wants made, from the cache as far as they are there.

    Args:
        cache: a folder that jobs share.
        on_progress: called with how many of them there are, and how many there will be.
        between: called again and again, and may raise to stop; nothing broken is left behind.
        never: texts that training must not hear, however they are written.

    Raises:
        DataError: nothing here can speak.
        OSError: a full disk.
    """
    folder = cache / "made"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"replay": job.made_replay, "dev": job.made_dev, "general": job.made_general}
    sheets = [(kind, sheet) for kind, count in wanted.items() for sheet in _sheets(kind, count)]
    _speak_all([sheet for _, sheet in sheets], folder, on_progress, between)
    forbidden = {normalise(text) for text in never}
    clips: list[Clip] = []
    for kind, count in wanted.items():
        whole = (clip for of_kind, sheet in sheets if of_kind == kind for clip in _read(sheet, folder, kind) or [])
        unlike = (clip for clip in whole if kind == "general" or normalise(clip.text) not in forbidden)
        clips += islice(unlike, count)
    return clips


def _sheets(kind: str, count: int) -> list[dict[str, Any]]:
    """The requests for at least so many clips; whole sheets, so that a job that wants more shares them."""
    return [_request(kind, number) for number in range(-(-count // SHEET))]


@lru_cache(maxsize=256)
def _texts(kind: str, number: int) -> tuple[str, ...]:
    if kind == "replay":
        return tuple(corpus(SHEET, seed=number, shipped=True))
    names = ("others.txt",) if kind == "general" else DEV_TEXTS
    lines = [line for name in names for line in read_lines(name)]
    return tuple(lines[place % len(lines)] for place in range(number * SHEET, (number + 1) * SHEET))


def _request(kind: str, number: int) -> dict[str, Any]:
    return {"recipe": RECIPE, "kind": kind, "number": number, "texts": _texts(kind, number)}


def _name(sheet: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(sheet).encode()).hexdigest()[:24]


def _read(sheet: dict[str, Any], folder: Path, kind: str) -> list[Clip] | None:
    """The clips of a sheet; None where it is not there, or torn."""
    path = folder / f"{_name(sheet)}.flac"
    try:
        body = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if measured(path)[1] != body["sha256"]:
            return None
    except (OSError, ValueError, KeyError, DataError):
        return None
    return [
        Clip(
            audio=path, start=start, end=end, text=text, words=(), split=SPLITS[kind], speaker=speaker,
            # What stands and falls together is the clip, not the file that it happens to lie in.
            recording=f"{kind} {sheet['number']} {place}", sha256=body["sha256"],
            origin="general" if kind == "general" else "replay",
        )
        for place, (start, end, text, speaker) in enumerate(body["clips"])
    ]  # fmt: skip


def _speak_all(
    sheets: Sequence[dict[str, Any]],
    folder: Path,
    on_progress: Callable[[int, int], None],
    between: Callable[[], None],
) -> None:
    """Have every sheet spoken that is not there yet, two processes at a time where there are two cores."""
    missing = [sheet for sheet in sheets if _read(sheet, folder, sheet["kind"]) is None]
    running: list[subprocess.Popen[str]] = []
    done = len(sheets) - len(missing)
    together = min(TOGETHER, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
    on_progress(done * SHEET, len(sheets) * SHEET)
    if missing:
        _invent_voices(folder)
    try:
        while missing or running:
            between()
            while missing and len(running) < together:
                running.append(_start(missing.pop(0), folder))
            time.sleep(0.02)
            for process in [one for one in running if one.poll() is not None]:
                running.remove(process)
                _check(process)
                done += 1
                on_progress(done * SHEET, len(sheets) * SHEET)
    finally:
        for process in running:
            process.kill()
            process.communicate()


def _invent_voices(folder: Path) -> None:
    """The data folder of espeak with the invented voices, whole or not there."""
    if not (folder / VOICES).is_dir():
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            numbers = [number for invented in STRANGE.values() for number in invented]
            speech.invent_voices(Path(temporary) / VOICES, numbers)
            with contextlib.suppress(OSError):  # another run was faster
                (Path(temporary) / VOICES).rename(folder / VOICES)


def _start(sheet: dict[str, Any], folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "trainer.replay", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(sheet))
    process.stdin.close()
    process.stdin = None
    return process


def _check(process: subprocess.Popen[str]) -> None:
    """Raise what a process that spoke could not do."""
    said, complaints = process.communicate()
    if process.returncode == 0:
        return  # espeak complains of voices that nobody chose
    sys.stderr.write(complaints)
    try:
        number, message = json.loads(said)
    except ValueError:
        number, message = 0, f"it ended with {process.returncode}"
    if number:
        raise OSError(number, os.strerror(number))
    raise DataError(f"No replay can be spoken ({message})", "reinstall piper-tts, or set “made_replay” to 0")


# --- in a process of its own ---------------------------------------------------------------------------------


def speak(sheet: dict[str, Any], folder: Path) -> None:
    """Speak a sheet into a folder.

    Raises:
        OSError: a full disk; nothing is left behind then.
        EspeakError: espeak-ng is missing.
    """
    import soundfile

    path = folder / f"{_name(sheet)}.flac"
    clips, voices, samples = [], [], 0
    for text, speaker, pcm in _spoken(Espeak(folder / VOICES), sheet):
        clips.append((samples, samples + len(pcm), text, speaker))
        voices.append(pcm)
        samples += len(pcm)
    pcm = np.concatenate(voices)
    own = path.with_suffix(f".{os.getpid()}.tmp")  # other runs may speak the same sheet
    try:
        with replacing(path, own) as part:
            soundfile.write(part, pcm, SAMPLE_RATE, subtype="PCM_16", format="FLAC")
    except soundfile.LibsndfileError as error:
        raise OSError(28, f"{path} cannot be written: {error}") from error
    body = {"sha256": hashlib.sha256(pcm.tobytes()).hexdigest(), "clips": clips}
    write_json(path.with_suffix(".json"), body, own)


def _spoken(espeak: Espeak, sheet: dict[str, Any]) -> Iterator[tuple[str, str, NDArray[np.int16]]]:
    """Text, speaker and 16-bit samples of every text of a sheet that is short enough."""
    kind, number = sheet["kind"], sheet["number"]
    variants = speech.training_variants(espeak)
    strangers = [voice for voice in speech.RESERVED_VOICES if voice not in LEARNERS]
    for place, text in enumerate(sheet["texts"]):
        name = f"{kind} {number} {place}"
        dice, noise = random.Random(name), np.random.default_rng(list(name.encode()))
        if kind == "replay":
            who, room = speech.training_speaker(dice, variants, STRANGE[kind]), dice.uniform(0, 1)
        else:
            stranger = strangers[(number + place) % len(strangers)]
            invented = f"invented{dice.choice(STRANGE['dev'])}"
            who, room = speech.evaluation_speaker(dice, stranger if kind == "general" else invented), ROOM
        samples, rate = espeak.say(text, who.language, who.variant, who.rate, who.pitch, who.pitch_range)
        if len(samples) < rate // 20:
            continue
        audio = speech.record(samples, rate, noise, room)
        if len(audio) <= LONGEST:
            yield text, str(who.variant), np.asarray(np.round(audio * 32_767), np.int16)


def main() -> int:
    """Speak the sheet on standard input into the folder given; on failure, its number and words."""
    try:
        speak(json.load(sys.stdin), Path(sys.argv[1]))
    except (OSError, EspeakError) as error:
        said = error.what if isinstance(error, EspeakError) else str(error)
        print(json.dumps([getattr(error, "errno", 0) or 0, said]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
