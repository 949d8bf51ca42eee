"""What answers the learner: any GGUF through llama.cpp, its prompt, and the moves the starter chooses among."""
