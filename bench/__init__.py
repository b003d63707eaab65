"""Measures the service against a floor: the least that a signed-in Django page can cost.

docs/benchmarks.md says how, and what was found.
"""
