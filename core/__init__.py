"""What the app does: talk (conversation, engine), correct (review, player), collect (importing, dataset), train
(runs, versions); its child processes, its benchmarks, its demonstration, and `doctor`, which checks them all.

It joins what runs on weights (models) with what is remembered (store), and knows no screen.
"""
