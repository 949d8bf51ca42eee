"""A training run seen from the app: base, snapshot, presets, costs, whether it is worth it, launch and watch.

The training itself happens in `trainer`, a process of its own that this room starts, watches and asks to stop.
"""
