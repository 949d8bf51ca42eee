"""The recipe of the starter tutor: dialogues made by rule, a small language model, its GGUF."""
