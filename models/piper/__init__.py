"""The voices of Piper: an ONNX file with its settings beside it, and one speaker or several in it."""
