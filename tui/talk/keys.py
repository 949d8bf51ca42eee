"""The keys of the Talk screen."""

from __future__ import annotations

from tui.keys import Key

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
