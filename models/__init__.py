"""What runs on weights: recogniser, tutor, voice and voice activity.

Each is a small protocol, and what keeps it is a kind of model, named in `kinds`; the starter models and the big
ones are of the same kinds and travel the same code. This room knows nothing of the database, of sessions or of
screens.
"""
