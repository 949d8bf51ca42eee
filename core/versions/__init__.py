"""Which recogniser, tutor and voice are in use: the versions of a model, and the one place that chooses and loads.

Whoever needs one asks here; nobody else in the app looks for a model, reads the environment for one, or makes one.
"""
