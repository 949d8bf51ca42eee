"""One screen a file, each with its own style sheet. A screen owns the state it shows."""
