"""Transcripts in the formats of other tools, in and out; one file a format, named in `formats.MODULES`.

A format only describes: which audio file, from when to when, what is said in it. It opens no audio and
knows no database; whoever imports or exports does that.
"""
