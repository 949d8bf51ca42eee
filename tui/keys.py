"""What a key is, and the keys that work everywhere; each screen has a table of its own in its room.

Bindings, the bottom line, the `?` help and the command palette are all read from these tables, so that what
the screen promises is what the keys do. Plain keys work while navigating; while writing they are
letters, and the function key of the same row does the same thing. Left out on purpose are keys that
terminals or tmux keep for themselves: ctrl+enter, ctrl+i, ctrl+m, ctrl+j, ctrl+h, ctrl+b, F10, F11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from tui.modes import MODES


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a person can do, and the keys that do it."""

    id: str
    """Stable name, for the user's own key map."""
    keys: tuple[str, ...]
    """Keys while navigating, in Textual's names; the first is the one that is shown."""
    action: str
    """Textual action, found on the screen or the app."""
    label: str
    """One or two words for the bottom line."""
    tip: str
    """One sentence for help and palette."""
    writing: str = ""
    """The key while writing, if there is one."""
    foot: bool = False
    """Whether the bottom line shows it."""
    title: str = ""
    """Its name in the palette; without one it is not there."""
    always: bool = False
    """Whether the writing key works before any widget sees it, even in a dialog."""


EVERYWHERE = (
    *(
        Key(f"mode.{mode.name}", (mode.key,), f"app.mode('{mode.name}')", mode.title, mode.tip,
            title=f"Go to {mode.title}")
        for mode in MODES
    ),
    Key("app.help", ("question_mark",), "app.keys_help", "keys", "Show the keys of this screen.",
        writing="f1", foot=True, title="Keys"),
    Key("app.palette", (), "app.command_palette", "palette", "Find any command by its name.",
        writing="ctrl+p"),
    Key("app.quit", ("q",), "app.quit", "quit", "Store everything and quit.",
        writing="ctrl+q", foot=True, always=True, title="Quit"),
)  # fmt: skip

DIALOG = (Key("dialog.close", ("escape", "question_mark", "q"), "dismiss", "close", "Close this.", foot=True),)

_SHOWN = {
    "question_mark": "?", "escape": "esc", "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp",
    "pagedown": "PgDn", "comma": ",", "full_stop": ".", "minus": "-", "equals_sign": "=", "slash": "/",
    "f20": "⇧F8",
}  # fmt: skip
"""f20 is what terminals send for shift and F8."""


def shown(key: str) -> str:
    """The name of a key as it stands on a keyboard: `f2` → `F2`, `question_mark` → `?`."""
    return _SHOWN.get(key) or (key.upper() if key[0] == "f" and key[1:].isdigit() else key)


def bindings(table: Iterable[Key]) -> list[BindingType]:
    """The rows as Textual bindings; the function key of a row has the id of the row with `.writing`."""
    found: list[BindingType] = []
    for key in table:
        if key.keys:
            found.append(Binding(",".join(key.keys), key.action, key.label, show=False, tooltip=key.tip, id=key.id))
        if key.writing and key.writing not in key.keys:
            found.append(
                Binding(
                    key.writing,
                    key.action,
                    key.label,
                    show=False,
                    tooltip=key.tip,
                    id=f"{key.id}.writing",
                    priority=key.always,
                )
            )
    return found
