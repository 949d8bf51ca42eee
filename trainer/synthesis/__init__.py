"""Synthetic Spanish: a grammar that makes sentences, invented espeak voices that say them.

Every run needs it for replay, and the starters' recipes for everything.
"""
