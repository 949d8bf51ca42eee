"""A conversation with the tutor: scenarios, prompts, clauses to speak, suggestions, feedback one can vouch for.

A turn that speaks of distress is answered here, before any tutor is asked.
"""
