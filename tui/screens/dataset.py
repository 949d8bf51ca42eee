"""Where the corrections will be seen as a whole."""

from __future__ import annotations

from tui.screens.base import ComingScreen


class DatasetScreen(ComingScreen):
    """Says what it will do."""

    MODE = "dataset"
    CSS_PATH = "dataset.tcss"
    SAYS = (
        "Dataset is still to come.\n\n"
        "Here you will see how many minutes you have corrected, how well the ear hears each speaker, which\n"
        "recordings are too quiet or clipped, and what the next milestone brings."
    )
