"""A sound card made of software: PulseAudio with a microphone that tests speak into and a loudspeaker they hear.

The daemon and all its files live in a folder of the test's own, so nothing of the machine is touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.patience import PATIENCE

RATE = 22_050
"""Samples a second at the loudspeaker."""

CONFIGURATION = """\
load-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native
load-module module-null-sink sink_name=loudspeaker rate=22050 channels=1
load-module module-null-sink sink_name=bus rate=16000 channels=1
load-module module-remap-source source_name=microphone master=bus.monitor
set-default-sink loudspeaker
set-default-source microphone
"""


def missing() -> str:
    """Why there can be no sound card here; empty when there can."""
    for program in ("pulseaudio", "pactl", "paplay", "parecord"):
        if not shutil.which(program):
            return f"{program} is not installed (apt-get install pulseaudio pulseaudio-utils libasound2-plugins)"
    try:
        import sounddevice  # noqa: F401
    except OSError:
        return "PortAudio is not installed (apt-get install libportaudio2)"
    return ""


class SoundCard:
    """A running daemon; give `environment` to whatever shall use it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        (folder / "card.pa").write_text(CONFIGURATION.format(folder=folder))
        (folder / ".asoundrc").write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self.environment = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "PULSE_SERVER": f"unix:{folder}/native",
        }
        self._log = (folder / "log").open("wb")
        self._daemon = subprocess.Popen(
            [
                *("pulseaudio", "-n", "-F", str(folder / "card.pa"), "--daemonize=no"),
                *("--exit-idle-time=-1", "--use-pid-file=no", "--log-target=stderr"),
            ],
            env=self.environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        deadline = time.monotonic() + PATIENCE
        while b"microphone" not in self._run("pactl", "list", "short", "sources"):
            assert self._daemon.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)

    def speak(self, file: Path) -> subprocess.Popen[bytes]:
        """Play a WAV file into the microphone; it has been spoken when the process ends."""
        return subprocess.Popen(["paplay", "--device=bus", str(file)], env=self.environment)

    @contextlib.contextmanager
    def hear(self) -> Iterator[Path]:
        """Record what the loudspeaker plays meanwhile into the WAV file that is given."""
        file = self.folder / "heard.wav"
        file.unlink(missing_ok=True)
        # The card works in portions as long as its most patient client allows: without a limit two seconds.
        recorder = subprocess.Popen(
            [
                *("parecord", "--latency-msec=20", "--device=loudspeaker.monitor"),
                *("--file-format=wav", str(file)),
            ],
            env=self.environment,
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while not file.exists() or file.stat().st_size < 4096:
                assert recorder.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
            yield file
        finally:
            recorder.send_signal(signal.SIGTERM)
            recorder.wait(PATIENCE)

    def unplug(self) -> None:
        """The microphone goes away, and the whole card with it."""
        self._daemon.kill()
        self._daemon.wait(PATIENCE)

    def close(self) -> None:
        """End the daemon."""
        self.unplug()
        self._log.close()

    def _run(self, *command: str) -> bytes:
        return subprocess.run(command, env=self.environment, capture_output=True, check=False).stdout


@contextlib.contextmanager
def plugged_in(folder: Path) -> Iterator[SoundCard]:
    """A sound card that every process started meanwhile finds as the default."""
    card = SoundCard(folder)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("XDG_RUNTIME_DIR", "HOME", "PULSE_SERVER"):
                patch.setenv(name, card.environment[name])
            yield card
    finally:
        card.close()


def read_wav(path: Path) -> tuple[NDArray[np.float32], int]:
    """Samples (first channel) and rate of a 16-bit WAV file, also of one whose header was never completed."""
    with wave.open(str(path)) as file:
        data: Any = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return data[:: file.getnchannels()].astype(np.float32) / 32768, file.getframerate()
