"""The bench of correcting: keys that each task takes, beside other programs', and waiting at every size.

It drives the real app, with a stand-in for the engine, and belongs to a checkout of the project: it proves what the
README claims, and what other programs cost was read from their documents once.
"""
