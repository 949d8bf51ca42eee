"""Benchmarks behind `tertulia bench`: recogniser, tutor, imports, the time of a turn; figures come with their n."""
