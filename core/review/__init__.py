"""Correcting transcripts: the card of a segment, the actions on it with undo, replacing everywhere, second looks.

And what helps to do it soon and well: expected errors, what a correction costs, alternatives, warnings (`lint`).
"""
