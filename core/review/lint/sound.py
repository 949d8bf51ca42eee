"""What the audio itself makes hard: overdriven, quiet, noisy, or cut off above a telephone's band."""

from __future__ import annotations

from collections.abc import Iterator

from core.review.lint.warning import Transcript, Warned

CLIPPED = 0.001
"""Share of samples at full scale that is heard as distortion."""
QUIET = -35.0
"""dBFS; the same bound as the counts by loudness."""
NOISY = 10.0
"""Decibels of speech above noise, below which recognisers stumble."""
NARROW = 4200.0
"""Hertz; a telephone ends at 3400, and an s has most of itself above that."""


def clipped(said: Transcript) -> Iterator[Warned]:
    """Overdriven."""
    if said.clipped is not None and said.clipped > CLIPPED:
        yield Warned(
            "clipped",
            f"{100 * said.clipped:.1f} % of the audio is overdriven: turn the microphone down next time.",
            brief=True,
        )


def quiet(said: Transcript) -> Iterator[Warned]:
    """Hardly to be heard."""
    if said.loudness is not None and said.loudness < QUIET:
        yield Warned("quiet", f"The speaker is quiet ({said.loudness:.0f} dB): turn the playback up.", brief=True)


def noisy(said: Transcript) -> Iterator[Warned]:
    """More noise than is good."""
    if said.snr is not None and said.snr < NOISY:
        yield Warned(
            "noisy",
            f"The speech is only {said.snr:.0f} dB above the noise: skip it if you must guess.",
            brief=True,
        )


def narrow(said: Transcript) -> Iterator[Warned]:
    """No high tones."""
    if said.band is not None and said.band < NARROW:
        yield Warned(
            "narrow",
            f"Nothing is heard above {said.band:.0f} Hz, as on a telephone: listen twice to s and f.",
            brief=True,
        )
