"""What may be wrong with a transcript or its audio: one rule a module, all of them named in `rules`."""
