"""The engine process: microphone, voice activity, recogniser, tutor, voice and loudspeaker.

It lives apart from the screen so that a crash in a native library costs a turn and not the session.
JSON lines go in and out; `protocol` is the contract.
"""
