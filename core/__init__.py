"""What the app does: conversation, the engine process, and the checks and figures around them.

It joins what runs on weights (models) with what is remembered (store), and knows no screen.
"""
