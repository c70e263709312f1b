"""Forges: where pull requests live. They know nothing of one another, nor of git."""
