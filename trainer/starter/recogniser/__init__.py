"""The recipe of the starter recogniser: a Whisper of two million parameters, trained on synthetic Spanish."""
