"""Recipes that rebuild the starter models from nothing: text, synthetic speech, training, export."""
