"""The player process: spans of stored recordings through the loudspeaker, for whoever corrects them.

It lives apart from the engine because it needs no model and no lock: two terminals may correct at once
while only one holds a conversation, and it is ready in the blink in which a key is pressed. JSON lines
go in and out; `protocol` is the contract.
"""
