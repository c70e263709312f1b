"""GitHub: github.com and Enterprise Server, with a token or as a GitHub App."""
