"""What turns speech into text: Whisper through CTranslate2, its windows, word times, and the ghosts it hears.

`heard` is plain data and loads no library.
"""
