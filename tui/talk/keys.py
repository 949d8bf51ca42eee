"""The keys of the Talk screen."""

from __future__ import annotations

from tui.keys import Key

TALK = (
    Key("talk.send", (), "send", "send", "Send what you wrote.", writing="enter", foot=True),
    Key("talk.done", ("accept", "main"), "done", "done", "You have finished speaking.", writing="f2", foot=True,
        title="Done speaking"),
    Key("talk.talk", ("main",), "talk", "talk", "Speak; the same key again when you are done.",
        writing="f2", foot=True, title="Speak"),
    Key("talk.drop", ("back",), "drop", "drop", "Stop listening, without an answer.",
        writing="escape", foot=True, title="Drop this turn"),
    Key("talk.hush", ("stop",), "hush", "hush", "Silence the loudspeaker.", writing="f4", foot=True, title="Hush"),
    Key("talk.write", ("write", "accept"), "write", "write",
        "Write instead of speaking.", foot=True, title="Write"),
    Key("talk.back", ("back",), "back", "back", "Leave the line; go back to the newest turn.",
        writing="escape", foot=True),
    Key("talk.replay", ("again",), "replay", "replay", "Hear the chosen turn again, yours or the tutor's.",
        writing="f5", foot=True, title="Replay"),
    Key("talk.slower", ("slower",), "slower", "slower",
        "Hear the chosen turn again, slower.", writing="f6", foot=True,
        title="Replay slower"),
    Key("talk.hands_free", ("again and again",), "hands_free", "hands-free",
        "Listen turn after turn; a pause ends yours.",
        writing="f3", foot=True, title="Hands-free"),
    Key("talk.new", ("begin",), "new_session", "new", "Begin a new session: scenario and level.",
        writing="f8", foot=True, title="New session"),
    Key("talk.up", ("up",), "move(-1)", "up", "Choose the turn above, or another suggestion.",
        writing="up"),
    Key("talk.down", ("down",), "move(1)", "down", "Choose the turn below, or another suggestion.",
        writing="down"),
    Key("talk.page_up", ("a screen up",), "page(-1)", "page up", "Scroll a page up.", writing="pageup"),
    Key("talk.page_down", ("a screen down",), "page(1)", "page down", "Scroll a page down.", writing="pagedown"),
    Key("talk.first", ("first",), "first", "first turn", "Choose the first turn.", title="First turn"),
    Key("talk.last", ("last",), "last", "newest turn", "Go back to the newest turn.", title="Newest turn"),
    Key("talk.suggestion", ("next offer",), "suggestion(1)", "suggestion",
        "Put the next suggested reply in the line.", title="Next suggestion"),
    Key("talk.suggestion_before", ("offer before",), "suggestion(-1)", "suggestion before",
        "Put the suggested reply before in the line."),
    Key("talk.copy", ("copy",), "copy", "copy", "Copy the text of the chosen turn.", title="Copy turn"),
)  # fmt: skip
