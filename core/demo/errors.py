"""What can keep the demonstration from its end."""


class DemoError(Exception):
    """A sentence: what went wrong, and what to do about it. What was done so far stays."""
