"""The app with a mode more than it has: `python -m tests.tui.one_more_mode DATA_FOLDER` prints where it is found.

In a process of its own, because the row has to be there before anything is made from the table.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from tui import modes
from tui.messages import PromotionEnded
from tui.modes import Mode

ROW = Mode(
    "notes", "f14", "Notes", "Read what you noted.", "tests.tui.notes_screen:NotesScreen", news=(PromotionEnded,)
)


async def main(data: Path) -> None:
    """Go there by its key, and look."""
    modes.MODES = (*modes.MODES, ROW)
    from tests.tui.driver import app_with  # which reads the table

    async with app_with(data, size=(110, 50)) as it:
        palette = {command.title: command.help for command in it.app.get_system_commands(it.talk)}
        loaded = "tests.tui.notes_screen" in sys.modules
        await it.press("f14")
        await it.until(lambda: "Nothing was noted yet." in it.seen())
        from tests.tui.notes_screen import NotesScreen

        screen = it.app.screen
        assert isinstance(screen, NotesScreen)
        header, underlined = it.seen().splitlines()[0], it.marked("underline")
        it.app.promote("v9")
        await it.until(lambda: screen.news)
        await it.press("question_mark")
        print(
            json.dumps(
                {
                    "palette": palette,
                    "loaded at the start": loaded,
                    "mode": it.app.current_mode,
                    "header": header,
                    "underlined": underlined,
                    "help": it.seen(),
                    "news": screen.news[0].trouble,
                }
            )
        )


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
