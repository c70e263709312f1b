"""Bundled rules; one file, one rule. Loaded by path."""
