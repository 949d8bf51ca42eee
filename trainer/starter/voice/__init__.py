"""The recipe of the starter voice: texts, analysed espeak speech, a small network in Piper's format."""
