"""The keys of the Dataset screen."""

from __future__ import annotations

from tui.keys import Key

DATASET = (
    Key("dataset.open", ("enter",), "open", "open", "Open these segments on the Correct screen.", foot=True),
    Key("dataset.next", ("right", "tab", "l"), "step(1)", "section", "Go to the next section.", foot=True),
    Key("dataset.previous", ("left", "shift+tab", "h"), "step(-1)", "before", "Go to the section before."),
    Key("dataset.back", ("escape",), "back", "stop", "Stop the import, export or split; it asks first.",
        title="Stop the import, export or split"),
    Key("dataset.rejected", ("v",), "rejected", "rejected", "Read what an import rejected, and why.",
        title="Rejected rows"),
    Key("dataset.import", ("i",), "import", "import", "Import audio, or transcripts of other tools.",
        foot=True, title="Import"),
    Key("dataset.export", ("x",), "export", "export", "Write segments and audio for another tool.", foot=True,
        title="Export"),
    Key("dataset.split", ("s",), "split", "split", "Split into train, dev and test; it asks first.", foot=True,
        title="Split into train, dev and test"),
    Key("dataset.refresh", ("r",), "refresh", "refresh", "Count anew, and look again for leaks.", foot=True,
        title="Refresh the figures"),
    Key("dataset.down", ("down", "j"), "move(1)", "down", "Go to the next line that can be opened."),
    Key("dataset.up", ("up", "k"), "move(-1)", "up", "Go to the line before."),
    Key("dataset.page_down", ("pagedown", "space"), "page(1)", "page down", "Scroll a page down."),
    Key("dataset.page_up", ("pageup",), "page(-1)", "page up", "Scroll a page up."),
    Key("dataset.first", ("home", "g"), "end(0)", "first", "Go to the top."),
    Key("dataset.last", ("end", "G"), "end(-1)", "last", "Go to the bottom."),
)  # fmt: skip
