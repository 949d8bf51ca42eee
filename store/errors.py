"""The one exception this room raises on purpose: what happened, to what, and what to do about it."""


class StoreError(Exception):
    """One sentence fit for a screen: the thing, the place and the remedy."""
