"""Benchmarks that need the app: its start, the Correct screen at scale, keystrokes beside other programs."""
