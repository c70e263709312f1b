"""The semgrep engine, run as one process over a private copy of the files."""

from debtd.adapters.semgrep.detector import SemgrepDetector

__all__ = ["SemgrepDetector"]
