"""Where sound goes to: the loudspeaker, and WAV files when an output folder was asked for."""

from __future__ import annotations

import threading
import time
import wave
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.engine.devices import SoundError, start_stream, stop_stream
from core.engine.filters import resample
from store.files import replacing

NO_LOUDSPEAKER = ("No loudspeaker could be opened", "connect one; until then the replies are only written")
GONE = ("The loudspeaker has gone away", "connect it again; until then the replies are only written")

BUFFER_SECONDS = 0.25
"""The device's own buffer: what a busy computer may be late. It delays neither the first sound nor a hush."""

SILENT_SECONDS = 5.0
"""A device that takes nothing for so long has gone."""


def output(
    library: ModuleType,
    rate: int,
    fill: Callable[[NDArray[np.float32], int, Any, Any], None],
    stopped: Callable[[], None],
    latency: float = BUFFER_SECONDS,
) -> tuple[Any, int]:
    """A stream to the default output device, not yet started, and its rate: the asked one where the device can.

    Args:
        library: sounddevice.
        rate: samples a second.
        fill: fills an array of shape (frames, channels), in the device's own thread.
        stopped: called when the stream has ended, for whatever reason.
        latency: seconds that the device shall hold ahead.

    Raises:
        PortAudioError, ValueError: there is no such device.
    """
    channels = 1
    try:
        library.check_output_settings(samplerate=rate, channels=channels, dtype="float32")
    except library.PortAudioError:
        device = library.query_devices(kind="output")
        rate = int(device["default_samplerate"])
        channels = min(2, int(device["max_output_channels"]))
    stream = library.OutputStream(
        samplerate=rate,
        channels=channels,
        dtype="float32",
        latency=latency,
        callback=fill,
        finished_callback=stopped,
    )
    return stream, rate


class Sink(Protocol):
    """Takes one utterance, piece by piece."""

    def write(self, samples: NDArray[np.float32], rate: int) -> None:
        """Take a piece without waiting for it to be heard. Raises SoundError or OSError."""

    def close(self) -> None:
        """Return when the last sample has been played or written. Raises SoundError or OSError."""

    def hush(self) -> None:
        """Stop what only a listener would miss."""

    @property
    def hushed(self) -> bool:
        """Nothing more will be taken."""


class Loudspeaker:
    """The default output device, open for one utterance so that the next finds a device changed since."""

    def __init__(self) -> None:
        self._pieces: deque[NDArray[np.float32]] = deque()
        self._rate = 0
        self._stream: Any = None
        self._complete = False
        self._hushed = threading.Event()
        self._stopped = threading.Event()
        self._last = 0.0

    def write(self, samples: NDArray[np.float32], rate: int) -> None:
        """Queue a piece; the first opens the device. Raises SoundError when there is none or it is gone."""
        if self._hushed.is_set() or len(samples) == 0:
            return
        if self._stream is None:
            self._rate = rate
            self._stream = start_stream(self._make, NO_LOUDSPEAKER)
            self._last = time.monotonic()
        elif self._stopped.is_set():
            self._release()
            raise SoundError(*GONE)
        self._pieces.append(resample(samples, rate, self._rate))

    def _make(self, library: ModuleType) -> Any:
        def fill(out: NDArray[np.float32], count: int, _time: Any, _status: Any) -> None:
            self._last = time.monotonic()
            done = 0
            while done < count and self._pieces and not self._hushed.is_set():
                piece = self._pieces.popleft()
                take = min(len(piece), count - done)
                out[done : done + take] = piece[:take, None]
                done += take
                if take < len(piece):
                    self._pieces.appendleft(piece[take:])
            out[done:] = 0.0
            if self._complete and not self._pieces:
                raise library.CallbackStop

        stream, self._rate = output(library, self._rate, fill, self._stopped.set)
        return stream

    def close(self) -> None:
        """Wait for the last sample to be heard, or for hush. Raises SoundError when the device goes away."""
        if self._stream is None:
            return
        self._complete = True
        try:
            while not self._stopped.wait(0.05) and not self._hushed.is_set():
                if time.monotonic() - self._last > SILENT_SECONDS:
                    break
        finally:
            self._release()
        if self._pieces and not self._hushed.is_set():
            raise SoundError(*GONE)

    def hush(self) -> None:
        """Fall silent within one block."""
        self._hushed.set()

    @property
    def hushed(self) -> bool:
        return self._hushed.is_set()

    def _release(self) -> None:
        stop_stream(self._stream)
        self._stream = None


class WavFile:
    """A 16-bit mono WAV file, there as a whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pieces: list[NDArray[np.float32]] = []
        self._rate = 0

    def write(self, samples: NDArray[np.float32], rate: int) -> None:
        """Take a piece; the first one's rate is the file's."""
        self._rate = self._rate or rate
        self._pieces.append(resample(samples, rate, self._rate))

    def close(self) -> None:
        """Write the file under a temporary name and rename it; once. Raises OSError."""
        if not self._pieces:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = np.clip(np.concatenate(self._pieces), -1.0, 1.0)
        with replacing(self.path) as part, wave.open(str(part), "wb") as file:
            file.setparams((1, 2, self._rate, 0, "NONE", ""))
            file.writeframes((whole * 32767).astype("<i2").tobytes())
        self._pieces.clear()

    def hush(self) -> None:
        """A file disturbs nobody: it is written to its end."""

    @property
    def hushed(self) -> bool:
        return False
