"""The keys of the Models screen."""

from __future__ import annotations

from tui.keys import Key

MODELS = (
    Key("models.use", ("accept", "promote"), "use", "use", "Use this model; one that is not here is fetched.",
        foot=True, title="Use this model"),
    Key("models.try", ("main",), "try", "try", "Hear this voice, or see that this model works.", foot=True,
        title="Try this model"),
    Key("models.stop", ("stop",), "stop", "stop", "Stop what is fetched or tried.", foot=True,
        title="Stop fetching"),
    Key("models.everyday", ("everyday",), "everyday", "everyday set",
        "Fetch and use the models that most people need.", foot=True, title="Fetch the everyday set"),
    Key("models.fetch", ("begin",), "fetch", "fetch", "Fetch this model, and check what comes.", foot=True,
        title="Fetch this model"),
    Key("models.speaker", ("speaker",), "speaker", "speaker", "Choose who speaks in this voice, by ear.", foot=True,
        title="Choose the speaker"),
    Key("models.add", ("import",), "add", "add", "Add a model that lies somewhere on this machine.", foot=True,
        title="Add a model"),
    Key("models.delete", ("delete",), "delete", "remove", "Remove this model of yours; it asks first.", foot=True,
        title="Remove this model"),
    Key("models.verify", ("look closer",), "verify", "verify", "Compare its files with what they should be.",
        title="Verify this model"),
    Key("models.find", ("again",), "find", "look again", "Look again, in the folders of other programs too.",
        title="Look for models again"),
    Key("models.back", ("back",), "back", "close", "Put away how the last task ended."),
    Key("models.next", ("right", "next page"), "step(1)", "part", "Go to the next part: listens, answers, speaks."),
    Key("models.previous", ("left", "page before"), "step(-1)", "part before", "Go to the part before."),
    Key("models.down", ("down",), "move(1)", "down", "Go to the model below."),
    Key("models.up", ("up",), "move(-1)", "up", "Go to the model above."),
    Key("models.page_down", ("a screen down",), "page(1)", "page down", "Scroll a page down."),
    Key("models.page_up", ("a screen up",), "page(-1)", "page up", "Scroll a page up."),
    Key("models.first", ("first",), "end(0)", "first", "Go to the top."),
    Key("models.last", ("last",), "end(-1)", "last", "Go to the bottom."),
)  # fmt: skip
