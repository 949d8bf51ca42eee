"""Finding and opening sound devices: what the microphone and the loudspeaker have in common."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from core.errors import CoreError

Complaint = tuple[str, str]
"""What is wrong, and what to do about it."""

NO_PORTAUDIO: Complaint = (
    "There is no sound, because the PortAudio library is missing",
    "install it with `apt-get install libportaudio2`; typing and audio files work without",
)

_lock = threading.Lock()
_streams = 0


class SoundError(CoreError):
    """A source or sink that cannot be opened or has gone away: one sentence with the remedy."""


def sound_library() -> ModuleType:
    """The sounddevice module. Raises SoundError where its PortAudio library is missing."""
    try:
        import sounddevice
    except OSError as error:
        raise SoundError(*NO_PORTAUDIO) from error
    library: ModuleType = sounddevice
    return library


def device_name(kind: str) -> str | None:
    """Name of the default `input` or `output` device, None when there is none. Raises SoundError."""
    library = sound_library()
    try:
        return str(library.query_devices(kind=kind)["name"])
    except (library.PortAudioError, ValueError):
        return None


def start_stream(make: Callable[[ModuleType], Any], missing: Complaint) -> Any:
    """A running stream made by `make`. Raises SoundError(*missing) when no device takes it."""
    global _streams
    library = sound_library()
    with _lock:
        try:
            stream = _started(make, library)
        except (library.PortAudioError, ValueError) as error:
            # PortAudio lists the devices only once: one plugged in since is seen after a new start,
            # which would pull the ground from under any stream still open.
            if _streams:
                raise SoundError(*missing) from error
            library._terminate()
            library._initialize()
            try:
                stream = _started(make, library)
            except (library.PortAudioError, ValueError) as still:
                raise SoundError(*missing) from still
        _streams += 1
        return stream


def stop_stream(stream: Any) -> None:
    """Stop a stream within one block and give its device back."""
    global _streams
    library = sound_library()
    with _lock:
        _streams -= 1
        try:
            stream.abort()
            stream.close()
        except library.PortAudioError:
            pass  # a device that has gone cannot be closed any better


def _started(make: Callable[[ModuleType], Any], library: ModuleType) -> Any:
    stream = make(library)
    stream.start()
    return stream
