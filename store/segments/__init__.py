"""Segments and what is done with them: rows, edits, drafts, annotations, views, queue, search, splits, tallies."""
