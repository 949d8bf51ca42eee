"""What can keep the demonstration from its end."""

from core.errors import CoreError


class DemoError(CoreError):
    """A sentence: what went wrong, and what to do about it. What was done so far stays."""
