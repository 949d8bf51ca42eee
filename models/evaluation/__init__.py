"""How good a recogniser is: hearing clips whose text is known, the normaliser, error rates and their intervals."""
