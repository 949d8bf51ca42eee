"""The one table of keys.

Bindings, the bottom line, the `?` help and the command palette are all read from here, so that what
the screen promises is what the keys do. Plain keys work while navigating; while writing they are
letters, and the function key of the same row does the same thing. Left out on purpose are keys that
terminals or tmux keep for themselves: ctrl+enter, ctrl+i, ctrl+m, ctrl+j, ctrl+h, ctrl+b, F10, F11.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType


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
    Key("mode.talk", ("1",), "app.mode('talk')", "Talk", "Talk with the tutor.", title="Go to Talk"),
    Key("mode.correct", ("2",), "app.mode('correct')", "Correct", "Correct what was misheard.",
        title="Go to Correct"),
    Key("mode.dataset", ("3",), "app.mode('dataset')", "Dataset", "See what your corrections add up to.",
        title="Go to Dataset"),
    Key("mode.train", ("4",), "app.mode('train')", "Train", "Retrain the ear on your corrections.",
        title="Go to Train"),
    Key("mode.models", ("5",), "app.mode('models')", "Models", "See and choose the models.", title="Go to Models"),
    Key("app.help", ("question_mark",), "app.keys_help", "keys", "Show the keys of this screen.",
        writing="f1", foot=True, title="Keys"),
    Key("app.palette", (), "app.command_palette", "palette", "Find any command by its name.",
        writing="ctrl+p"),
    Key("app.quit", ("q",), "app.quit", "quit", "Store everything and quit.",
        writing="ctrl+q", foot=True, always=True, title="Quit"),
)  # fmt: skip

TALK = (
    Key("talk.done", ("enter", "space"), "done", "done", "You have finished speaking.", writing="f2", foot=True,
        title="Done speaking"),
    Key("talk.talk", ("space",), "talk", "talk", "Speak; the same key again when you are done.",
        writing="f2", foot=True, title="Speak"),
    Key("talk.drop", ("escape",), "drop", "drop", "Stop listening, without an answer.",
        writing="escape", foot=True, title="Drop this turn"),
    Key("talk.hush", ("x",), "hush", "hush", "Silence the loudspeaker.", writing="f4", foot=True, title="Hush"),
    Key("talk.send", (), "send", "send", "Send what you wrote.", writing="enter", foot=True),
    Key("talk.write", ("i", "enter"), "write", "write", "Write instead of speaking.", foot=True, title="Write"),
    Key("talk.back", ("escape",), "back", "back", "Leave the line; go back to the newest turn.",
        writing="escape", foot=True),
    Key("talk.replay", ("r",), "replay", "replay", "Hear the chosen turn again, yours or the tutor's.",
        writing="f5", foot=True, title="Replay"),
    Key("talk.slower", ("s",), "slower", "slower", "Hear the chosen turn again, slower.", writing="f6", foot=True,
        title="Replay slower"),
    Key("talk.hands_free", ("f",), "hands_free", "hands-free", "Listen turn after turn; a pause ends yours.",
        writing="f3", foot=True, title="Hands-free"),
    Key("talk.new", ("n",), "new_session", "new", "Begin a new session: scenario and level.",
        writing="f8", foot=True, title="New session"),
    Key("talk.up", ("up", "k"), "move(-1)", "up", "Choose the turn above, or another suggestion.",
        writing="up"),
    Key("talk.down", ("down", "j"), "move(1)", "down", "Choose the turn below, or another suggestion.",
        writing="down"),
    Key("talk.page_up", ("pageup",), "page(-1)", "page up", "Scroll a page up.", writing="pageup"),
    Key("talk.page_down", ("pagedown",), "page(1)", "page down", "Scroll a page down.", writing="pagedown"),
    Key("talk.first", ("home", "g"), "first", "first turn", "Choose the first turn.", title="First turn"),
    Key("talk.last", ("end", "G"), "last", "newest turn", "Go back to the newest turn.", title="Newest turn"),
    Key("talk.suggestion_a", ("a",), "suggestion(0)", "reply a", "Put the first suggested reply in the line.",
        title="Suggestion a"),
    Key("talk.suggestion_b", ("b",), "suggestion(1)", "reply b", "Put the second suggested reply in the line.",
        title="Suggestion b"),
    Key("talk.suggestion_c", ("c",), "suggestion(2)", "reply c", "Put the third suggested reply in the line.",
        title="Suggestion c"),
    Key("talk.copy", ("y",), "copy", "copy", "Copy the text of the chosen turn.", title="Copy turn"),
)  # fmt: skip

CORRECT = (
    Key("correct.accept", ("enter",), "accept", "accept", "The text is right: store it and go on.",
        writing="enter", foot=True, title="Accept"),
    Key("correct.back", ("escape",), "back", "back", "Leave what you are at; a draft is kept.", writing="escape",
        foot=True),
    Key("correct.pick", ("f",), "pick", "pick word", "Pick a word by its letter, and change it.", foot=True,
        title="Pick a word"),
    Key("correct.play", ("space",), "play", "play", "Play, or pause.", writing="f2", foot=True, title="Play"),
    Key("correct.write", ("i",), "write", "write", "Change the text in place; ctrl+z undoes there.", foot=True,
        title="Write"),
    Key("correct.doubt", ("n", "f8"), "doubt(1)", "doubt", "Go to the next doubtful word.", writing="f8",
        foot=True, title="Next doubt"),
    Key("correct.alternative", ("a",), "alternative", "other", "Take the chosen word's next alternative.",
        foot=True, title="Take the alternative"),
    Key("correct.down", ("down", "j"), "move(1)", "next", "Go to the next segment, and hear it."),
    Key("correct.up", ("up", "k"), "move(-1)", "previous", "Go to the segment before, and hear it."),
    Key("correct.page_down", ("pagedown",), "page(1)", "page down", "Go a page down."),
    Key("correct.page_up", ("pageup",), "page(-1)", "page up", "Go a page up."),
    Key("correct.first", ("home",), "end(0)", "first", "Go to the first segment."),
    Key("correct.last", ("end",), "end(-1)", "last", "Go to the last segment."),
    Key("correct.again", ("r",), "again", "last 2 s", "Hear the last two seconds again.", writing="f6"),
    Key("correct.edge_first", ("e",), "edge('first')", "first ½ s", "Hear the first half second.", writing="f7"),
    Key("correct.edge_last", ("d",), "edge('last')", "last ½ s", "Hear the last half second."),
    Key("correct.edge_before", ("w",), "edge('before')", "½ s before", "Hear the half second before it."),
    Key("correct.edge_after", ("W",), "edge('after')", "½ s after", "Hear the half second after it."),
    Key("correct.loop", ("l",), "loop", "loop", "Play again and again; again to stop that.", writing="f5",
        title="Loop"),
    Key("correct.slower", ("comma",), "pace(-1)", "slower", "Slower, at the same pitch.", writing="f3",
        title="Slower"),
    Key("correct.faster", ("full_stop",), "pace(1)", "faster", "Faster, at the same pitch.", writing="f4",
        title="Faster"),
    Key("correct.word_left", ("left",), "word(-1)", "word left", "Choose the word before, and hear from there."),
    Key("correct.word_right", ("right",), "word(1)", "word right", "Choose the next word, and hear from there."),
    Key("correct.doubt_before", ("N", "f20"), "doubt(-1)", "doubt before", "Go to the doubtful word before.",
        writing="f20"),
    Key("correct.change", ("c",), "change", "change", "Change the chosen word.", title="Change the word"),
    Key("correct.skip", ("minus",), "skip", "skip", "Put it aside.", title="Skip"),
    Key("correct.unsure", ("y",), "unsure", "unsure", "It cannot be told what is said.", writing="f9",
        title="Unsure"),
    Key("correct.flag", ("g",), "flag", "flag", "Something is wrong with it; say what.", title="Flag"),
    Key("correct.speaker", ("p",), "speaker", "speaker", "Say who speaks: then a digit.", title="Speaker"),
    Key("correct.note", ("o",), "note", "note", "Keep a note beside it.", title="Note"),
    Key("correct.snippet", ("v",), "snippet", "snippet", "Put in eh, [risas]…: then its letter.",
        title="Insert a snippet"),
    Key("correct.split", ("s",), "split", "split", "Cut it in two at the chosen word and the sound.",
        title="Split"),
    Key("correct.merge_next", ("m",), "merge('next')", "merge", "Join it with the next segment.",
        title="Merge with the next"),
    Key("correct.merge_previous", ("M",), "merge('previous')", "merge before", "Join it with the one before.",
        title="Merge with the one before"),
    Key("correct.start_later", ("z",), "trim('start', 1)", "start later", "Start 50 ms later."),
    Key("correct.start_earlier", ("Z",), "trim('start', -1)", "start earlier", "Start 50 ms earlier."),
    Key("correct.end_earlier", ("x",), "trim('end', -1)", "end earlier", "End 50 ms earlier."),
    Key("correct.end_later", ("X",), "trim('end', 1)", "end later", "End 50 ms later."),
    Key("correct.undo", ("u",), "undo", "undo", "Take back the last thing you did.", title="Undo"),
    Key("correct.redo", ("U",), "redo", "redo", "Do again what was taken back.", title="Redo"),
    Key("correct.like_this", ("equals_sign",), "like_this", "all like this",
        "Fix all like this: the same change elsewhere.", title="Fix all like this"),
    Key("correct.replace", ("R",), "replace", "replace", "Find and replace in all segments, with a preview.",
        title="Find and replace"),
    Key("correct.search", ("slash",), "search", "search", "Show only segments with these words.",
        title="Search segments"),
    Key("correct.order", ("tab",), "order", "order", "Another order: worth, time, confidence, length.",
        title="Another order"),
    Key("correct.filter", ("t",), "filter", "filter", "Show others: by status or speaker.", title="Filter"),
    Key("correct.second_look", ("b",), "second_look", "second look",
        "Correct some of yours again, without seeing it.", title="Second look"),
)  # fmt: skip

MODELS = (
    Key("models.up", ("up", "k"), "move(-1)", "up", "Choose the model above."),
    Key("models.down", ("down", "j"), "move(1)", "down", "Choose the model below."),
)

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
