"""Benchmarks that need the app: its start, and correcting at its desk."""
