"""The pictures in the README: `python -m tui.picture` writes tui/talk.svg and those of the other screens.

This is the Talk screen; tui.picture_correct, tui.picture_dataset and tui.picture_train are the others.

It is the real screen, told a conversation by an engine that only recites. The same engine serves the
tests in which it does not matter what is said.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from core.engine.protocol import (
    Bye,
    Command,
    Event,
    Feedback,
    Heard,
    Hello,
    Level,
    Quit,
    Ready,
    ReplyText,
    SessionStarted,
    State,
    Timings,
    TurnStored,
)
from tui.app import TertuliaApp

PICTURE = Path(__file__).parent / "talk.svg"

BEGINNING: tuple[Event, ...] = (
    Hello(1, "/data"),
    Ready("starter-ear", "starter-tutor", "starter-voice", "cpu, 2 threads", True, "mic", "speakers", 1.2),
    SessionStarted(1, "A2", "conocerse", "Conocerse", ["Me llamo Ana."]),
)
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


class RecitingEngine:
    """An engine that tells what it was given to tell, and remembers what it was asked.

    Args:
        events: Told at once when it starts.
    """

    def __init__(self, events: Iterable[Event] = BEGINNING) -> None:
        self.asked: list[Command] = []
        """Every command it was sent."""
        self.closed = False
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        for event in events:
            self._events.put_nowait(event)

    async def start(self) -> None:
        """Nothing to do."""

    @property
    def all_told(self) -> bool:
        """Whether the app has taken everything there was to tell."""
        return self._events.empty()

    def tell(self, *events: Event | None) -> None:
        """Tell these events next; None ends the telling."""
        for event in events:
            self._events.put_nowait(event)

    async def events(self) -> AsyncIterator[Event]:
        """What it was given, as it comes."""
        while (event := await self._events.get()) is not None:
            yield event

    async def send(self, command: Command) -> None:
        """Remember the command; do what Quit asks."""
        self.asked.append(command)
        if isinstance(command, Quit):
            self.tell(Bye(), None)

    async def close(self) -> None:
        """End."""
        self.closed = True
        await self.send(Quit())


def self_contained(svg: str) -> str:
    """The picture without fonts from the network, and without the ids that Textual makes anew for each."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)  # or some viewers close the gaps between words
    return re.sub(r"terminal-\d+-", "terminal-", svg)


async def picture(width: int = 110, height: int = 24) -> str:
    """The Talk screen in the middle of a conversation, as SVG; the size is in cells."""
    loudness = [
        Level(level / 200, level / 100, float(level > 9), seconds=i / 10, pause=0.4, safe=i * 1500)
        for i, level in enumerate(LEVELS)
    ]
    engine = RecitingEngine([*BEGINNING, *CONVERSATION])
    with tempfile.TemporaryDirectory() as folder:
        app = TertuliaApp(Path(folder), engine=lambda: engine)
        async with app.run_test(size=(width, height)) as pilot:
            while app.talk.status.state != "listening":
                await pilot.pause()
            for level in loudness:  # one at a time, because the screen passes over those it has no time for
                engine.tell(level)
                while app.talk.status.level is not level:
                    await pilot.pause()
            await pilot.pause()
            return self_contained(app.export_screenshot(title="Tertulia"))


def main() -> None:
    """Make the pictures anew."""
    from tui import picture_correct, picture_dataset, picture_train

    pictures = (
        (PICTURE, picture),
        (picture_correct.PICTURE_CORRECT, picture_correct.picture),
        (picture_dataset.PICTURE_DATASET, picture_dataset.picture),
        (picture_train.PICTURE_TRAIN, picture_train.picture),
    )
    for path, make in pictures:
        path.write_text(asyncio.run(make()), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
