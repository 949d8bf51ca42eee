"""Stored audio: the content-addressed folder, decoding, streaming, clipping, archives, the recording journal."""
