"""What every key means, decided once for the whole app; the keys that work everywhere; and what a row of keys is.

`MEANINGS` is the one table of keys, and `WRITING` that of the keys that work while letters are text: a meaning has
its keys, and no key has two meanings. Each screen has a table of rows of its own in its room; a row names what it
means there, and takes its keys from here, so that no key means one thing on this screen and another on that.
Meanings of `RESERVED` have their keys before they have a row, so that nothing else settles there meanwhile.

Bindings, the bottom line, the `?` help and the command palette are all read from the rows, so that what the screen
promises is what the keys do. The letters of a dialog are the answers to what it asks, shown beside it, and mean
nothing elsewhere (`Key.answers`, `Key.writing_answer`); its other keys mean what they mean everywhere. Left out on
purpose are keys that terminals or tmux keep for themselves: ctrl+enter, ctrl+i, ctrl+m, ctrl+j, ctrl+h, ctrl+b,
F10, F11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from tui.modes import MODES

MEANINGS: Mapping[str, tuple[str, ...]] = {
    # where
    **{f"mode.{mode.name}": (mode.key,) for mode in MODES},
    "a review screen": ("6",),
    "a progress screen": ("7",),
    "a settings screen": ("comma",),
    "help": ("question_mark",),
    "quit": ("q",),
    # moving
    "down": ("down", "j"),
    "up": ("up", "k"),
    "right": ("right",),
    "left": ("left",),
    "next page": ("tab",),  # or section, or order
    "page before": ("shift+tab",),
    "first": ("home", "g"),
    "last": ("end", "G"),
    "a screen down": ("pagedown", "ctrl+d"),
    "a screen up": ("pageup", "ctrl+u"),
    "next doubt": ("n", "f8"),
    "doubt before": ("N", "f20"),
    "search": ("slash",),
    "view others": ("V",),
    # doing
    "main": ("space",),  # talk, play, mark, tick, read on: what is mostly done there
    "accept": ("enter",),  # or open
    "back": ("escape",),
    "begin": ("b",),
    "begin from": ("B",),
    "stop": ("x",),
    "force": ("X",),
    "put aside": ("minus",),
    "flag": ("exclamation_mark",),
    "unsure": ("Y",),
    "delete": ("delete", "backspace"),
    "undo": ("u", "ctrl+z"),
    "redo": ("U", "ctrl+r", "ctrl+y"),
    "promote": ("P",),
    "import": ("I",),
    "everyday": ("E",),  # the models that most people need
    "export": ("O",),
    "split the dataset": ("percent_sign",),
    "end": ("e",),
    # words
    "next offer": ("a",),
    "offer before": ("A",),
    "write": ("i",),
    "pick": ("f",),
    "change": ("c",),
    "snippet": ("full_stop",),
    "replace": ("R",),
    "the same elsewhere": ("equals_sign",),
    "note": ("o",),
    "speaker": ("p",),
    "copy": ("y",),
    "hint": ("h",),
    "translate": ("t",),
    "save the word": ("v",),
    "card": ("M",),
    "look closer": ("L",),
    # sound
    "again": ("r",),
    "again and again": ("l",),
    "slower": ("s",),
    "faster": ("S",),
    "mute": ("m",),
    "first half second": ("w",),
    "half second before": ("W",),
    "last half second": ("d",),
    "half second after": ("D",),
    # edges
    "cut in two": ("C",),
    "join the next": ("J",),
    "join the one before": ("K",),
    "start later": ("z",),
    "start earlier": ("Z",),
    "end earlier": ("less_than_sign",),
    "end later": ("greater_than_sign",),
}
"""Keys of every meaning in Textual's names; the first is the one that is shown."""

WRITING: Mapping[str, str] = {
    "help": "f1",
    "main": "f2",
    "slower": "f3",
    "faster": "f4",
    "again": "f5",
    "again and again": "f6",
    "first half second": "f7",
    "next doubt": "f8",
    "doubt before": "f20",
    "unsure": "f9",
    "stop": "f12",
    "accept": "enter",
    "back": "escape",
    "up": "up",
    "down": "down",
    "a screen up": "pageup",
    "a screen down": "pagedown",
    "palette": "ctrl+p",
    "quit at once": "ctrl+q",
}
"""The key of a meaning while letters are text; f20 is what terminals send for shift and F8."""

RESERVED = frozenset(
    (
        "a review screen",
        "a progress screen",
        "a settings screen",
        "hint",
        "translate",
        "save the word",
        "end",
        "mute",
    )
)
"""Meanings that no row has yet."""


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a person can do, and the keys that do it."""

    id: str
    """Stable name, for the user's own key map."""
    means: tuple[str, ...]
    """What it is in `MEANINGS`, which has its keys while navigating; the first is the one that is shown."""
    action: str
    """Textual action, found on the screen or the app."""
    label: str
    """One or two words for the bottom line."""
    tip: str
    """One sentence for help and palette."""
    writing: str = ""
    """What it is in `WRITING`, which has its key while writing; empty where it cannot be done then."""
    foot: bool = False
    """Whether the bottom line shows it."""
    title: str = ""
    """Its name in the palette; without one it is not there."""
    always: bool = False
    """Whether the writing key works before any widget sees it, even in a dialog."""
    answers: tuple[str, ...] = ()
    """Letters that give this answer in a dialog, which shows them; before the keys of its meanings."""

    writing_answer: str = ""
    """A function key that gives this answer in a dialog while somebody writes in it."""

    @property
    def writing_key(self) -> str:
        """The key while writing, if there is one."""
        return self.writing_answer or (WRITING[self.writing] if self.writing else "")

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys while navigating, in Textual's names; the first is the one that is shown."""
        return self.answers + tuple(name for meaning in self.means for name in MEANINGS[meaning])


EVERYWHERE = (
    *(
        Key(f"mode.{mode.name}", (f"mode.{mode.name}",), f"app.mode('{mode.name}')", mode.title, mode.tip,
            title=f"Go to {mode.title}")
        for mode in MODES
    ),
    Key("app.help", ("help",), "app.keys_help", "keys", "Show the keys of this screen.",
        writing="help", foot=True, title="Keys"),
    Key("app.palette", (), "app.command_palette", "palette", "Find any command by its name.",
        writing="palette"),
    Key("app.quit", ("quit",), "app.leave", "quit", "Store everything and quit; asks in a conversation.",
        foot=True, title="Quit"),
    Key("app.quit_at_once", (), "app.quit", "quit", "Store everything and quit at once.",
        writing="quit at once", foot=True, always=True),
)  # fmt: skip

DIALOG = (Key("dialog.close", ("back", "help", "quit"), "dismiss", "close", "Close this.", foot=True),)

_SHOWN = {
    "question_mark": "?", "exclamation_mark": "!", "comma": ",", "full_stop": ".", "minus": "-", "equals_sign": "=",
    "slash": "/", "percent_sign": "%", "less_than_sign": "<", "greater_than_sign": ">", "escape": "esc", "up": "↑",
    "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "delete": "del",
    "backspace": "bksp", "f20": "⇧F8",
}  # fmt: skip


def shown(key: str) -> str:
    """The name of a key as it stands on a keyboard: `f2` → `F2`, `question_mark` → `?`."""
    return _SHOWN.get(key) or (key.upper() if key[0] == "f" and key[1:].isdigit() else key)


def letter(meaning: str) -> str:
    """The key of a meaning as a sentence names it: `again` → `r`."""
    return shown(MEANINGS[meaning][0])


def bindings(table: Iterable[Key]) -> list[BindingType]:
    """The rows as Textual bindings; the function key of a row has the id of the row with `.writing`."""
    found: list[BindingType] = []
    for key in table:
        if key.keys:
            found.append(Binding(",".join(key.keys), key.action, key.label, show=False, tooltip=key.tip, id=key.id))
        if key.writing_key and key.writing_key not in key.keys:
            found.append(
                Binding(
                    key.writing_key,
                    key.action,
                    key.label,
                    show=False,
                    tooltip=key.tip,
                    id=f"{key.id}.writing",
                    priority=key.always,
                )
            )
    return found
