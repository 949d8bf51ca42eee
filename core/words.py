"""How amounts read in a sentence, on the screens, on the command line and in what core says."""


def counted(number: int, what: str) -> str:
    """A number of things as English says it: 1 segment, 2 segments."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def duration(seconds: float) -> str:
    """A length of time in the unit that suits it: 40 s, 12 min, 1.5 h."""
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"


def clock(seconds: float) -> str:
    """A length or a place in time to the second: 1:02:03 or 2:03."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
