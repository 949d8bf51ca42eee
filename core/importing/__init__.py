"""Speech and transcripts of other tools, in and out: found, read, cut at its pauses, placed, written out.

What a file says is kept apart from what a person verified; nothing is imported twice, and a bad row names itself.
"""
