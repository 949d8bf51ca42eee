"""The keys that the tasks of the desk cost in two other programs, as those name them themselves.

Counted in their favour wherever there is a choice:
- Every program starts with the segment on screen and the focus where its task begins: Label Studio with the
  region selected, Subtitle Edit with the caret in the text box, or in the list for merging.
- The caret stands at whichever end of the text is nearer, for nothing, and goes a word a press (ctrl+arrow);
  one press selects the word (ctrl+shift+arrow), and the space or full stop that this takes along costs nothing
  to type again.
- A click, double click or drag is one action, however far the hand and the pointer have to go.
- Of the ways to do a task the one with the fewest actions by keys alone is counted, and the one with the mouse
  beside it; where no keys are documented there is the one with the mouse only.
- The end of a task is that the text is kept and the next segment is in front; Subtitle Edit's saving of the
  file, and Label Studio's loading of the next task, are left out.
- Label Studio is counted as it is set up for segments of a recording (a region and a text for each), but for
  the double click, which is cheaper with one segment a task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LABEL_STUDIO, SUBTITLE_EDIT = "Label Studio", "Subtitle Edit"
SOURCES: Mapping[str, str] = {
    "keymap": "HumanSignal/label-studio, web/libs/editor/src/core/settings/keymap.json",
    "hotkeys": "HumanSignal/label-studio, docs/source/guide/hotkeys.md",
    "text": "HumanSignal/label-studio, web/libs/editor/src/tags/control/TextArea/TextAreaRegionView.jsx "
    "(the caret comes at the end; enter and escape leave the box)",
    "submit": "HumanSignal/label-studio-frontend, pull request 264 (ctrl+enter works while typing)",
    "autoplay": "HumanSignal/label-studio-frontend, pull request 348 (a region that is selected is played)",
    "drag": "labelstud.io/templates/automatic_speech_recognition_segments.html (regions are drawn on the waveform; "
    "the keymap has no key that splits or joins them)",
    "shortcuts": "SubtitleEdit/subtitleedit, docs/reference/keyboard-shortcuts.md",
    "grid": "SubtitleEdit/subtitleedit, docs/features/subtitle-grid.md",
    "caret": "what a text box does in every desktop and browser",
}
MOUSE = frozenset({"click", "double click", "drag"})
TO_THE_WORD = "ctrl+arrow"
"""Pressed once for each word between the nearer end of the text and the place."""


@dataclass(frozen=True, slots=True)
class KeyCost:
    """Actions of one way to do a task, beside the letters that have to be typed."""

    keys: int
    mouse: int

    @property
    def actions(self) -> int:
        return self.keys + self.mouse


Way = tuple[tuple[str, str], ...]
"""Actions in their order, each with its source."""

_WORD: Way = ((TO_THE_WORD, "caret"), ("ctrl+shift+arrow", "caret"))
_LS_CHANGE: Way = (("enter", "keymap"), *_WORD, ("enter", "text"), ("alt+.", "keymap"))
_LS_CLICK: Way = (("double click", "caret"), ("ctrl+enter", "submit"))
_SE_CHANGE: Way = (*_WORD, ("alt+down", "shortcuts"))
_SE_CLICK: Way = (("double click", "caret"), ("alt+down", "shortcuts"))
_LS_SPLIT: Way = (
    ("enter", "keymap"), (TO_THE_WORD, "caret"), ("ctrl+shift+end", "caret"), ("ctrl+x", "caret"),
    ("escape", "text"), ("drag", "drag"), ("1", "hotkeys"), ("drag", "drag"), ("enter", "keymap"),
    ("ctrl+v", "caret"), ("enter", "text"),
)  # fmt: skip
_LS_MERGE: Way = (
    ("drag", "drag"), ("alt+.", "keymap"), ("enter", "keymap"), ("ctrl+a", "caret"), ("ctrl+x", "caret"),
    ("escape", "text"), ("backspace", "keymap"), ("alt+.", "keymap"), ("enter", "keymap"), ("ctrl+v", "caret"),
    ("enter", "text"),
)  # fmt: skip

WAYS: Mapping[str, Mapping[str, tuple[Way, ...]]] = {
    "accept": {
        LABEL_STUDIO: ((("alt+.", "autoplay"),),),
        SUBTITLE_EDIT: ((("f5", "shortcuts"), ("alt+down", "shortcuts")),),
    },
    "word": {LABEL_STUDIO: (_LS_CHANGE, _LS_CLICK), SUBTITLE_EDIT: (_SE_CHANGE, _SE_CLICK)},
    # Neither marks a word the recogniser was not sure of, or offers another reading of it.
    "doubt": {LABEL_STUDIO: (_LS_CHANGE, _LS_CLICK), SUBTITLE_EDIT: (_SE_CHANGE, _SE_CLICK)},
    "alternative": {LABEL_STUDIO: (_LS_CHANGE, _LS_CLICK), SUBTITLE_EDIT: (_SE_CHANGE, _SE_CLICK)},
    "split": {
        LABEL_STUDIO: (_LS_SPLIT,),
        SUBTITLE_EDIT: (
            ((TO_THE_WORD, "caret"), ("ctrl+alt+v", "shortcuts")),
            (("click", "caret"), ("ctrl+alt+v", "shortcuts")),
        ),
    },
    "merge": {
        LABEL_STUDIO: (_LS_MERGE,),
        SUBTITLE_EDIT: ((("shift+down", "grid"), ("ctrl+shift+m", "shortcuts")),),
    },
    "undo": {LABEL_STUDIO: ((("ctrl+z", "keymap"),),), SUBTITLE_EDIT: ((("ctrl+z", "shortcuts"),),)},
}
"""Ways by task and program, the one by keys alone first where there is one."""


def costs(task: str, program: str, words_away: int) -> list[KeyCost]:
    """What each way to do a task costs.

    Args:
        words_away: words between the nearer end of the text and the place.
    """
    found = []
    for way in WAYS[task][program]:
        mouse = sum(action in MOUSE for action, _ in way)
        walked = sum(words_away - 1 for action, _ in way if action == TO_THE_WORD)
        found.append(KeyCost(len(way) - mouse + walked, mouse))
    return found
