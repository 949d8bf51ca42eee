"""The segments as a dataset: audio quality, statistics, error rates, near-duplicates, splits, milestones."""
