"""Benchmarks behind `tertulia bench`: each measures one promise and returns figures with their n."""
