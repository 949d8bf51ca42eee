"""The trainer's own bench: the standard recipe against ours, side by side, and what each costs and teaches.

`python -P -m trainer.bench` makes the data, lets each side train in a process of its own, so that neither warms the
caches or holds the memory of the other, and reports what was measured, whatever comes out.
"""
