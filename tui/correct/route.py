"""Keys go to whoever has the keyboard when they are read, not to whoever had it when they came.

Textual hands a key to the widget that has the focus at that moment. A quick typist's next key may come
before the one before it has moved the focus; it would be a command where a letter was meant. So every
widget that shares a keyboard asks its screen first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import events
from textual.widget import Widget

Route = Callable[[events.Key, Widget], Awaitable[bool]]
"""Takes a key that came to a widget; False leaves it to the widget."""
