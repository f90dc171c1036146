"""Benchmarks: each target as a ratio in one interleaved run (`make bench`)."""
