"""From corrections to a better ear: what is trained on, whether it is worth it, the run, the verdict, the versions.

The training itself happens in `trainer`, a process of its own that this room starts, watches and asks to stop.
"""
