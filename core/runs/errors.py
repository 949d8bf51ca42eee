"""The one exception of this room: why nothing is trained, promoted or removed, and what to do about it."""

from core.errors import CoreError


class TrainingRefused(CoreError):  # noqa: N818 - nothing went wrong: something was not done
    """One sentence fit for a screen: the thing, the place and the remedy. Nothing was changed."""
