"""The whole loop with nobody there: an invented learner talks, is misheard, corrected, and heard better.

Everything but the learner is real: the engine, the desk, the trainer, the gate.
"""
