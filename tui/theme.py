"""How Tertulia looks: its own calm theme, and the few styles everything is drawn in.

The styles name the theme's colours, so every other theme, light, dark, of 16 colours or none, draws
them its own way; and each differs from the others by more than colour.
"""

from __future__ import annotations

from textual.theme import Theme

THEME = Theme(
    name="tertulia",
    primary="#D9A45B",
    accent="#D9A45B",
    secondary="#7FA6A3",
    foreground="#D9D7D0",
    background="#15171A",
    surface="#1D2024",
    panel="#282C31",
    success="#8DB88A",
    warning="#D9A45B",
    error="#D47C74",
    dark=True,
)

ACCENT = "$text-accent"
KEY = "bold $text-accent"
HERE = "bold underline $text-accent"
STRONG = "bold $foreground"
MUTED = "$foreground-muted"
FAINT = "$foreground-disabled"
GOOD = "$text-success"
BAD = "bold $text-error"
DOUBT = "underline"
