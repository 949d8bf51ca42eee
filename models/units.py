"""What all models here mean by a second of sound; nothing is loaded with it."""

from __future__ import annotations

SAMPLE_RATE = 16_000
"""Samples a second of all audio that a model hears, mono."""
WINDOW = 30 * SAMPLE_RATE
"""Samples in the window that Whisper was made for (arXiv:2212.04356)."""
HOP = 160
"""Samples from one feature frame to the next."""
