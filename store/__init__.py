"""What is remembered: the SQLite database, the audio files beside it, and the recording journal.

Nothing a person said or typed is ever lost here: audio is on disk before its row exists, and the
append-only tables can only grow. This room knows nothing of models or of screens.
"""
