"""The keys of the Dataset screen."""

from __future__ import annotations

from tui.keys import Key

DATASET = (
    Key("dataset.open", ("accept",), "open", "open", "Open these segments on the Correct screen.", foot=True),
    Key("dataset.next", ("right", "next page"), "step(1)", "section", "Go to the next section.", foot=True),
    Key("dataset.previous", ("left", "page before"), "step(-1)", "before", "Go to the section before."),
    Key("dataset.back", ("back", "stop"), "back", "stop", "Stop the import, export or split; it asks first.",
        title="Stop the import, export or split"),
    Key("dataset.rejected", ("look closer",), "rejected", "rejected", "Read what an import rejected, and why.",
        title="Rejected rows"),
    Key("dataset.import", ("import",), "import", "import", "Import audio, or transcripts of other tools.",
        foot=True, title="Import"),
    Key("dataset.export", ("export",), "export", "export", "Write segments and audio for another tool.", foot=True,
        title="Export"),
    Key("dataset.split", ("split the dataset",), "split", "split",
        "Split into train, dev and test; it asks first.", foot=True,
        title="Split into train, dev and test"),
    Key("dataset.refresh", ("again",), "refresh", "refresh", "Count anew, and look again for leaks.", foot=True,
        title="Refresh the figures"),
    Key("dataset.down", ("down",), "move(1)", "down", "Go to the next line that can be opened."),
    Key("dataset.up", ("up",), "move(-1)", "up", "Go to the line before."),
    Key("dataset.page_down", ("a screen down",), "page(1)", "page down", "Scroll a page down."),
    Key("dataset.page_up", ("a screen up",), "page(-1)", "page up", "Scroll a page up."),
    Key("dataset.first", ("first",), "end(0)", "first", "Go to the top."),
    Key("dataset.last", ("last",), "end(-1)", "last", "Go to the bottom."),
)  # fmt: skip
