"""Segments and what is done with them: rows, edits and their journal, the queue, search, splits, tallies."""
