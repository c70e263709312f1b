"""The dashboard: one issue for each repository that says what debtd does there, with boxes to tick.

The issue is the memory: what is ticked on it is what people want, until debtd has done it or they untick it.
"""

from debtd.pipeline.dashboard.act import NAME, Heard, hear, present

__all__ = ["NAME", "Heard", "hear", "present"]
