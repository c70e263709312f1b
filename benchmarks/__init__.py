"""debtd and its peers, side by side on real code: `python -m benchmarks [NAME ...]`; see docs/benchmarks.md.

Nothing here is a test, nothing here ships with debtd, and debtd never imports it.
"""
