"""The picture of the Talk screen: the real one, with a conversation from an engine that only recites."""

from __future__ import annotations

import tempfile
from pathlib import Path

from core.engine.protocol import Event, Feedback, Heard, Level, ReplyText, State, Timings, TurnStored
from tui.app import TertuliaApp
from tui.pictures.screenshot import DARK, screenshot, wear
from tui.stand_ins import BEGINNING, RecitingEngine

PICTURE = Path(__file__).parent / "talk.svg"

CONVERSATION: tuple[Event, ...] = (
    TurnStored(1, "tutor", "", "generated"),
    ReplyText(1, "¡Hola! ¿Qué hiciste el fin de semana?", final=True),
    TurnStored(2, "learner", "", "spoken", 3.1),
    Heard(
        2,
        "El sábado fue al mercado con mi hermano.",
        [
            {"word": "El", "start": 0.1, "end": 0.2, "probability": 0.97},
            {"word": "sábado", "start": 0.2, "end": 0.7, "probability": 0.98},
            {"word": "fue", "start": 0.7, "end": 0.9, "probability": 0.91},
            {"word": "al", "start": 0.9, "end": 1.0, "probability": 0.95},
            {"word": "mercado", "start": 1.0, "end": 1.6, "probability": 0.96},
            {"word": "con", "start": 1.6, "end": 1.8, "probability": 0.94},
            {"word": "mi", "start": 1.8, "end": 2.0, "probability": 0.93},
            {"word": "hermano.", "start": 2.0, "end": 2.6, "probability": 0.52},
        ],
        0.9,
    ),
    TurnStored(3, "tutor", "", "generated"),
    ReplyText(3, "¡Qué bien! ¿Y qué compraste en el mercado?", final=True),
    Feedback(2, [{"said": "fue al mercado", "better": "fui al mercado", "why": "“fue” is he or she; I: “fui”."}]),
    Timings(2, {"you_to_voice": 0.412}),
    TurnStored(4, "learner", "Compré pan, queso y tomates.", "typed"),
    TurnStored(5, "tutor", "", "generated"),
    ReplyText(
        5,
        "¡Qué rico! ¿Cocinas en casa?",
        final=True,
        suggestions=["Sí, cocino todos los días.", "No, no sé cocinar.", "Mi hermano cocina muy bien."],
    ),
    Timings(4, {"you_to_voice": 0.287}),
    State("listening"),
)
LEVELS = (2, 3, 2, 12, 30, 52, 41, 60, 33, 8, 3, 22, 48, 70, 55, 36, 18, 6, 3, 2, 14, 44, 38, 58, 29, 11, 4, 2, 2)


async def picture(width: int = 110, height: int = 24, theme: str = DARK) -> str:
    """The Talk screen in the middle of a conversation, as SVG; the size is in cells."""
    loudness = [
        Level(level / 200, level / 100, float(level > 9), seconds=i / 10, pause=0.4, safe=i * 1500)
        for i, level in enumerate(LEVELS)
    ]
    engine = RecitingEngine([*BEGINNING, *CONVERSATION])
    with tempfile.TemporaryDirectory() as folder:
        wear(Path(folder), theme)
        app = TertuliaApp(Path(folder), engine=lambda: engine)
        async with app.run_test(size=(width, height)) as pilot:
            while app.talk.status.state != "listening":
                await pilot.pause()
            for level in loudness:  # one at a time, because the screen passes over those it has no time for
                engine.emit(level)
                while app.talk.status.level is not level:
                    await pilot.pause()
            return await screenshot(pilot)


async def beginning(width: int = 110, height: int = 24, theme: str = DARK) -> str:
    """The Talk screen as it is at the beginning of a session, as SVG; the size is in cells."""
    engine = RecitingEngine([*BEGINNING, State("idle")])
    with tempfile.TemporaryDirectory() as folder:
        wear(Path(folder), theme)
        app = TertuliaApp(Path(folder), engine=lambda: engine)
        async with app.run_test(size=(width, height)) as pilot:
            while app.talk.status.state != "idle" or not app.recogniser_labels:
                await pilot.pause()
            return await screenshot(pilot)
