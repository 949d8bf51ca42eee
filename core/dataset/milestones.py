"""How far a dataset has come, and what that much has been known to bring elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Milestone:
    """Hours of corrected speech, and what is published about so much."""

    hours: float
    """From here on it is reached …"""
    to_hours: float
    """… and up to here it is being filled."""
    brings: str
    source: str


MILESTONES = (
    Milestone(
        2,
        5,
        "The first retraining that pays: 3.5 h of Hindi took a large Whisper from 35.6 to 22.3 % word errors "
        "(LoRA); 90 minutes of one voice took a tiny one from 7.9 to 6.6 %, and a medium one nowhere.",
        "model card of Tachyeon's Hindi turbo LoRA; heyitworks.tech, Does fine-tuning Whisper improve accuracy?",
    ),
    Milestone(
        8,
        20,
        "A recogniser that knows its speaker: for one person with impaired speech, 1.4 h gave 15.8 % word errors, "
        "22.5 h gave 10.7 %, and all there was, 8.8 h of their own corrections among it, 9.7 %.",
        "arXiv 2606.31722",
    ),
    Milestone(
        50,
        50,
        "More than one voice needs: from here on other speakers and accents gain. Watch the general test: small "
        "models that gained most at home (character errors 0.32 to 0.13) lost elsewhere (0.41 to 0.45).",
        "yeyupiaoling/Whisper-Finetune, Whisper tiny with LoRA on AIShell",
    ),
)


@dataclass(frozen=True, slots=True)
class MilestoneProgress:
    """How far it is to a milestone."""

    hours: float
    to_hours: float
    brings: str
    source: str
    reached: bool
    share: float
    """0 to 1 of `hours`."""
    missing_seconds: float
    """Of corrected audio; 0 when it is reached."""


def progress(seconds: float) -> tuple[MilestoneProgress, ...]:
    """How far so many seconds of corrected audio go towards each milestone."""
    return tuple(
        MilestoneProgress(
            one.hours,
            one.to_hours,
            one.brings,
            one.source,
            seconds >= one.hours * 3600,
            min(1.0, seconds / (one.hours * 3600)),
            max(0.0, one.hours * 3600 - seconds),
        )
        for one in MILESTONES
    )
