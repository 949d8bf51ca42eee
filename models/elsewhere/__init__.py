"""Models that other programs keep on this machine, each program in a module that knows where and how.

Such a module has a `PROGRAM`, its name, and `seen() -> Iterator[Seen]`; it is named in `models.elsewhere.programs`.
Nothing is opened but small notes of that program, whatever is damaged or forbidden is passed over, and no folder is
walked for ever.
"""
