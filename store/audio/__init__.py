"""Audio that is kept: the content-addressed folder, decoding and streaming, the journal of what is being spoken."""
