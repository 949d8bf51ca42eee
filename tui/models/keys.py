"""The keys of the Models screen."""

from __future__ import annotations

from tui.keys import Key

MODELS = (
    Key("models.up", ("up",), "move(-1)", "up", "Choose the model above."),
    Key("models.down", ("down",), "move(1)", "down", "Choose the model below."),
)
