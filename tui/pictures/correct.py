"""The picture of the Correct screen in the README, with recordings that are only drawn, never heard."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from store.units import SAMPLE_RATE
from tui.app import TertuliaApp
from tui.pictures.screenshot import DARK, screenshot, wear
from tui.stand_ins import RecitingEngine, SilentPlayer

PICTURE_CORRECT = Path(__file__).parent / "correct.svg"

SEGMENTS: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("Ana", "¿Qué hiciste el fin de semana?", {}),
    ("Luis", "El sábado fue al mercado con mi hermano.", {"fue": 0.41, "hermano.": 0.55}),
    ("Ana", "¡Qué bien! ¿Y qué compraste?", {}),
    ("Luis", "Pues, eh, pan, queso y tomates.", {"eh,": 0.5}),
    ("Luis", "Y después cenamos en casa de mi abuela.", {"cenamos": 0.7}),
    ("Ana", "¿Cocina bien tu abuela?", {}),
    ("Luis", "Si, cocina muy bien.", {"Si,": 0.58}),
    ("Luis", "Me gusta mucho la paella de mi abuela.", {}),
)
"""Speaker, what was heard, and the words that were heard with less than certainty."""
PACE = 0.38
"""Seconds a word."""


def fill(folder: Path) -> None:
    """A lesson of eight segments: noise in the rhythm of words, and what a recogniser heard in it."""
    import numpy as np

    from core.review.derived_columns import refresh
    from store.audio.folder import AudioFolder
    from store.database import Store
    from store.segments import table

    random = np.random.default_rng(1)
    sound: list[float] = []
    spans = []
    for _, text, _ in SEGMENTS:
        start = len(sound)
        for word in text.split():
            length = int(PACE * SAMPLE_RATE * min(1.0, 0.4 + len(word) / 10))
            shape = np.sin(np.linspace(0, np.pi, length)) ** 0.7 * random.uniform(0.25, 0.8)
            sound += (shape * random.uniform(-1, 1, length)).tolist() + [0.0] * (int(PACE * SAMPLE_RATE) - length)
        spans.append((start, len(sound)))
        sound += [0.0] * (SAMPLE_RATE // 2)
    with Store.open(folder) as store:
        samples = np.array(sound, dtype=np.float32)
        sha = AudioFolder(folder).put(samples)
        recording = table.add_recording(store, sha, len(samples), "file", "clase.wav")
        numbers = []
        for (speaker, text, doubts), (start, end) in zip(SEGMENTS, spans, strict=True):
            number = table.add_segment(store, recording, start, end, speaker)
            words = _timed(text, doubts)
            others = [(2, 3, "fui", 0.42), (2, 3, "vi", 0.05)] if "fue" in doubts else []
            table.add_hypothesis(store, number, "starter-ear", text, words, 0.1, others)
            numbers.append(number)
        refresh(store, numbers)


def _timed(text: str, doubts: dict[str, float]) -> Sequence[dict[str, object]]:
    return [
        {"word": word, "start": i * PACE, "end": (i + 1) * PACE, "probability": doubts.get(word, 0.96)}
        for i, word in enumerate(text.split())
    ]


async def picture(width: int = 110, height: int = 26, theme: str = DARK) -> str:
    """The Correct screen at a doubtful word, as SVG; the size is in cells."""
    from tui.correct.screen import CorrectScreen

    player, engine = SilentPlayer(), RecitingEngine()
    with tempfile.TemporaryDirectory() as folder:
        await asyncio.to_thread(fill, Path(folder))
        wear(Path(folder), theme)
        app = TertuliaApp(Path(folder), engine=lambda: engine, player=lambda: player)
        async with app.run_test(size=(width, height)) as pilot:
            while not app.painted_at or len(app.recogniser_labels) < 2:  # the second says how good it is
                await pilot.pause()
            await pilot.press("2")
            screen = app.screen
            assert isinstance(screen, CorrectScreen)
            for key, place in (("tab", 0), ("down", 1), ("n", 1)):  # in the order of time
                await pilot.press(key)
                while screen.card is None or screen.queue.chosen != place or not screen.waveform.wave:
                    await pilot.pause()
            card = screen.card
            assert card is not None
            while len(player.plays) < 4:
                await pilot.pause()
            for play in range(3):
                player.finish(player.plays[play].start, play)
            player.come_to(card.row.start + int(5.5 * PACE * SAMPLE_RATE))
            while screen.text.heard != 5 or screen.queue.row(card.row.id) is None:
                await pilot.pause()
            return await screenshot(pilot)
