"""What was heard and corrected, as a dataset: taken in, cared for, counted, split, and given out again."""
