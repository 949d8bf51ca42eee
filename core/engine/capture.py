"""The microphone: a callback that only copies, and a bounded ring behind it."""

from __future__ import annotations

import queue
import time
from types import ModuleType
from typing import Any

import numpy as np

from core.engine.devices import SoundError, start_stream, stop_stream
from core.engine.filters import Resampler
from core.engine.sources import NOTHING, Samples
from store.audio.folder import SAMPLE_RATE

BUFFER_SECONDS = 0.15
"""The device's own buffer: what a busy computer may be late."""

RING_SECONDS = 30
"""How far the writer may fall behind before audio is dropped, and counted."""

FIRST_FRAME_SECONDS = 5.0
"""Some sound servers take two seconds to wake a sleeping device."""

SILENT_SECONDS = 2.0
"""A device that delivers nothing at all for so long has gone."""

NO_MICROPHONE = ("No microphone could be opened", "connect one and try again; typing works without")


class Microphone:
    """The default input device, opened for as long as the learner is heard."""

    is_file = False
    live = True

    def __init__(self) -> None:
        self.name = "microphone"
        self.lost = 0.0
        self._ring: queue.SimpleQueue[Samples] = queue.SimpleQueue()
        self._put = 0
        self._taken = 0
        self._stream: Any = None
        self._resampler: Resampler | None = None
        self._last = 0.0
        self._patience = FIRST_FRAME_SECONDS

    def open(self) -> None:
        """Open the device and let it run. Raises SoundError when there is none or it refuses."""
        self._stream = start_stream(self._make, NO_MICROPHONE)
        self._last = time.monotonic()

    def _make(self, library: ModuleType) -> Any:
        device = library.query_devices(kind="input")
        self.name = str(device["name"])
        rate, channels = SAMPLE_RATE, 1
        try:
            library.check_input_settings(samplerate=rate, channels=channels, dtype="float32")
        except library.PortAudioError:
            rate, channels = int(device["default_samplerate"]), min(2, int(device["max_input_channels"]))
        self._resampler = None if rate == SAMPLE_RATE else Resampler(rate, SAMPLE_RATE)
        room = RING_SECONDS * rate

        def copy(frames: Any, count: int, _time: Any, _status: Any) -> None:
            if self._put - self._taken + count > room:
                self.lost += count / rate
            else:
                self._put += count
                self._ring.put(frames.mean(axis=1))

        return library.InputStream(
            samplerate=rate, channels=channels, dtype="float32", latency=BUFFER_SECONDS, callback=copy
        )

    def read(self, seconds: float) -> Samples:
        """What the device delivered, waiting at most `seconds`. Raises SoundError when it has gone."""
        pieces = []
        try:
            pieces.append(self._ring.get(timeout=seconds))
            while True:
                pieces.append(self._ring.get_nowait())
        except queue.Empty:
            pass
        now = time.monotonic()
        if not pieces:
            if not self._stream.active or now - self._last > self._patience:
                raise SoundError(
                    f"The microphone {self.name!r} has gone away",
                    "what you had said is kept; connect it again, or type",
                )
            return NOTHING
        self._last, self._patience = now, SILENT_SECONDS
        samples = np.concatenate(pieces)
        self._taken += len(samples)
        return samples if self._resampler is None else self._resampler.feed(samples)

    @property
    def ended(self) -> bool:
        """A microphone never ends by itself."""
        return False

    def close(self) -> None:
        """Give the device back; harmless when it is not open or has gone."""
        if self._stream is not None:
            stop_stream(self._stream)
            self._stream = None
