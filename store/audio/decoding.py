"""Any audio file a person may have, as 16 kHz mono.

The file is opened here and handed to FFmpeg as a stream, with a list of containers it may take it
for: so neither a file's name nor a playlist inside it can make FFmpeg open anything else.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from store.audio.clipping import Clipping
from store.errors import StoreError
from store.text import shown
from store.units import SAMPLE_RATE

TURN_SECONDS = 300.0
"""The longest turn; nobody speaks that long without a pause."""

PIECE = 30 * SAMPLE_RATE
"""Samples decoded before they are handed on."""

CONTAINERS = "wav,w64,flac,mp3,ogg,mov,mp4,m4a,matroska,webm,aac,aiff,caf,au,amr,wv,asf,ac3"
EXACT = ("flac", "mov", "aiff", "w64", "caf", "wv")
"""Containers that say how long they are; others are measured or guessed by FFmpeg."""
SLACK_SECONDS = 0.25
"""Encoders pad and trim up to this much."""


def read_audio(path: Path, limit_seconds: float = TURN_SECONDS) -> NDArray[np.float32]:
    """The sound of a file, float32 mono 16 kHz in [-1, 1].

    Channels are averaged, so nothing clips; sound that goes beyond [-1, 1] is made quieter as a whole.
    Decoding stops at the limit, so a file of any length needs no more memory than the limit does.

    Raises:
        StoreError: the file is missing, empty, not audio, cut off, damaged, or longer than
            `limit_seconds`.
    """
    samples: NDArray[np.float32] = np.concatenate(list(pieces(path, limit_seconds)))
    peak = float(np.abs(samples).max())
    return samples / np.float32(peak) if peak > 1 else samples


def pieces(path: Path, limit_seconds: float, clipping: Clipping | None = None) -> Iterator[NDArray[np.float32]]:
    """The sound of a file as it is decoded: float32 mono 16 kHz, about PIECE samples at a time.

    Channels are averaged. What the file has beyond [-1, 1] is still there. What is wrong with the end of a
    file shows only there, so nothing may be kept for good before the last piece has come.

    Args:
        clipping: sees the samples as they are in the file.

    Raises:
        StoreError: as `read_audio`.
    """
    name = shown(path)
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise StoreError(f"There is no file {name}", "check its name", name) from error
    except OSError as error:
        raise _unreadable(name, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise StoreError(f"{name} is a folder", "name an audio file in it", name)
    if not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{name} is not a file", "save the sound to a file first", name)
    if not status.st_size:
        raise StoreError(f"{name} is empty", "record or export it again", name)
    try:
        with path.open("rb") as file:
            _refuse_false_wav(name, file, status.st_size, limit_seconds)
            for piece in _gathered(_decoded(name, file, limit_seconds, clipping)):
                if not np.isfinite(piece).all():
                    raise StoreError(
                        f"{name} holds numbers that are not sound (NaN or infinity)", "export it again", name
                    )
                yield piece
    except OSError as error:
        raise _unreadable(name, error) from error


def _refuse_false_wav(name: str, file: BinaryIO, size: int, limit_seconds: float) -> None:
    """Refuse a WAV file that claims 0 Hz or more bytes than it has, which FFmpeg would not say.

    One that is plainly too long is refused before it is decoded for minutes, too.
    """
    header = file.read(44)
    file.seek(0)
    if len(header) < 44 or header[:4] != b"RIFF" or header[8:16] != b"WAVEfmt ":
        return
    riff_size, rate, byte_rate = struct.unpack("<4xI16xII12x", header)
    if rate == 0:
        raise StoreError(f"{name} claims 0 samples a second", "export it again", name)
    # A program that writes to a pipe cannot know the length and leaves 0 or the largest number.
    if riff_size < 0xFFFF_FF00 and riff_size + 8 > size and byte_rate:
        raise _cut_off(name, max(0, size - 44) / byte_rate, (riff_size - 36) / byte_rate)
    if byte_rate and (size - 44) / byte_rate > 2 * limit_seconds:  # not all of it need be sound
        raise _too_long(name, limit_seconds)


def _gathered(frames: Iterator[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
    """The same samples in fewer, longer pieces."""
    waiting: list[NDArray[np.float32]] = []
    count = 0
    for frame in frames:
        waiting.append(frame)
        count += len(frame)
        if count >= PIECE:
            yield np.concatenate(waiting)
            waiting, count = [], 0
    if waiting:
        yield np.concatenate(waiting)


def _decoded(
    name: str, file: BinaryIO, limit_seconds: float, clipping: Clipping | None
) -> Iterator[NDArray[np.float32]]:
    """The samples of the file's first audio stream, frame by frame. Raises StoreError."""
    import av

    try:
        with av.open(
            file,
            options={"format_whitelist": CONTAINERS, "protocol_whitelist": "file"},
            metadata_errors="ignore",
        ) as container:
            yield from _samples(name, container, limit_seconds, clipping)
    except (av.FFmpegError, ValueError) as error:
        # ValueError: PyAV's resampler refuses a stream that changes its shape halfway.
        raise StoreError(f"{name} is not sound that can be read", "convert it to WAV or FLAC", name) from error


def _samples(
    name: str, container: Any, limit_seconds: float, clipping: Clipping | None
) -> Iterator[NDArray[np.float32]]:
    import av

    stream = next(iter(container.streams.audio), None)
    if stream is None:
        raise StoreError(f"{name} holds no sound", "name an audio file", name)
    declared = 0.0
    if container.format.name.split(",")[0] in EXACT and stream.duration:
        declared = float(stream.duration * stream.time_base)
    if declared > limit_seconds:
        raise _too_long(name, limit_seconds)

    # Packed samples, because PyAV reads beyond the end of planar frames of 8 channels and more.
    resampler = av.AudioResampler(format="flt", rate=SAMPLE_RATE)
    count = 0

    def mono(frame: Any) -> Iterator[NDArray[np.float32]]:
        nonlocal count
        for resampled in resampler.resample(frame):
            packed = resampled.to_ndarray().reshape(-1, resampled.layout.nb_channels)
            count += len(packed)
            yield packed.mean(axis=1, dtype=np.float32)

    damaged = False
    try:
        for packet in container.demux(stream):
            for frame in packet.decode():
                if clipping is not None and not (frame.format.is_planar and frame.layout.nb_channels >= 8):
                    clipping.look(_channels(frame), frame.sample_rate)
                yield from mono(frame)
            if count > limit_seconds * SAMPLE_RATE:
                raise _too_long(name, limit_seconds)
    except av.InvalidDataError:
        damaged = True
    if count:
        yield from mono(None)
    seconds = count / SAMPLE_RATE
    if declared and seconds < declared - SLACK_SECONDS:
        raise _cut_off(name, seconds, declared)
    if damaged and count:
        raise StoreError(f"{name} is damaged after {seconds:.1f} seconds", "record or export it again", name)
    if damaged:
        raise StoreError(f"{name} is not sound that can be read", "convert it to WAV or FLAC", name)
    if not count:
        raise StoreError(f"{name} holds no sound", "record or export it again", name)


def _channels(frame: Any) -> NDArray[Any]:
    """A frame's samples as they are in the file, shape (channels, samples)."""
    samples: NDArray[Any] = frame.to_ndarray()
    return samples if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels).T


def _unreadable(name: str, error: OSError) -> StoreError:
    return StoreError(f"{name} cannot be read: {error.strerror or error}", place=name)


def _cut_off(name: str, seconds: float, whole: float) -> StoreError:
    return StoreError(
        f"{name} is cut off: {seconds:.1f} of {whole:.1f} seconds could be read; record or export it again",
        place=name,
    )


def _too_long(name: str, limit_seconds: float) -> StoreError:
    return StoreError(
        f"{name} is longer than {_duration(limit_seconds)}, the most that is read at once",
        "cut it into pieces",
        name,
    )


def _duration(seconds: float) -> str:
    if seconds >= 2 * 3600:
        return f"{seconds / 3600:g} hours"
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
