"""What runs on weights: recogniser, tutor, voice and voice activity.

Each is a small protocol with one real implementation, so that the starter models and the big ones
travel the same code. This room knows nothing of the database, of sessions or of screens.
"""
