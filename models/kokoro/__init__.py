"""Kokoro-82M, a voice in ONNX: a folder with one network and the styles of its speakers.

It reads espeak-ng's phonemes, which come through Piper's library, and is no Piper voice otherwise.
"""
