"""A training run seen from the app: what is trained on, whether it is worth it, presets, start and watch.

The training itself happens in `trainer`, a process of its own that this room starts, watches and asks to stop.
"""
