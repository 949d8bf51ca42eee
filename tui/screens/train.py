"""Where the ear will be retrained."""

from __future__ import annotations

from tui.screens.base import ComingScreen


class TrainScreen(ComingScreen):
    """Says what it will do."""

    MODE = "train"
    CSS_PATH = "train.tcss"
    SAYS = (
        "Train is still to come.\n\n"
        "Here your corrections will teach the ear, on this machine. You will see whether it is worth it before,\n"
        "how it goes meanwhile, and afterwards, with an interval, whether it really hears you better."
    )
