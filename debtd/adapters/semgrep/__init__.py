"""The semgrep engine, driven directly or by its command line, always in processes with limits."""

from debtd.adapters.semgrep.detector import SemgrepDetector

__all__ = ["SemgrepDetector"]
