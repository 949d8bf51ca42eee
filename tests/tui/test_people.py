"""A person talks with the app through a sound card, real models in use: understood, and answered aloud.

With --refresh-pictures the README's picture of it is made anew (`make pictures`, where the weights are).
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from tests import real_weights
from tests.human_speech import as_wav, first_prompts, misheard
from tests.models.test_people import MISHEARD
from tests.places import ROOT
from tests.sound_card import SoundCard, read_wav
from tests.tui.test_engine import until
from tui.app import TertuliaApp
from tui.pictures.screenshot import screenshot
from tui.talk.screen import TalkScreen

pytestmark = [pytest.mark.real, pytest.mark.sound]

SIZE = (110, 30)
LOUD = 0.02
"""Of full scale: far above what the sound card makes of silence."""
PICTURE = ROOT / "tui" / "pictures" / "talk-people.svg"


async def said(pilot: Pilot[None], talk: TalkScreen, card: SoundCard, file: Path) -> str:
    """Push to talk, speak, push again: what was understood, once it has been answered aloud."""
    turns = talk.conversation.turns
    answered = len(turns) + 2
    await pilot.press("space")
    await until(pilot, lambda: talk.status.level is not None)
    await asyncio.to_thread(card.speak(file).wait)
    with card.hear() as recording:
        await pilot.press("space")
        await until(pilot, lambda: len(turns) == answered and turns[-1].final and talk.status.state == "idle")
    samples, rate = read_wav(recording)
    assert np.count_nonzero(np.abs(samples) > LOUD) / rate > 0.1, "seconds of sound: an answer was heard"
    assert turns[-2].role == "learner" and turns[-1].text
    return turns[-2].text


async def test_five_prompts_into_the_microphone_are_understood_and_answered_aloud(
    card: SoundCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    prompts = first_prompts()
    home = real_weights.lent(tmp_path / "home", real_weights.WHISPER, real_weights.KOKORO)
    monkeypatch.setenv("TERTULIA_RECOGNISER", "whisper-base")
    monkeypatch.setenv("TERTULIA_VOICE", "kokoro-82m")
    app = TertuliaApp(home)
    async with app.run_test(size=SIZE) as pilot:
        talk = app.talk
        await until(pilot, lambda: talk.conversation.turns and talk.status.state == "idle")
        files = [as_wav(prompt, tmp_path, 0.2, 0.3) for prompt in prompts]
        heard = [await said(pilot, talk, card, file) for file in files]
        if request.config.getoption("--refresh-pictures"):
            PICTURE.write_text(await screenshot(pilot), encoding="utf-8")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    assert misheard(zip(prompts, heard, strict=True)).rate <= MISHEARD, heard
