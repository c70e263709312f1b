"""Simulated months: many repositories, people who merge, edit, close, ignore, revert and push, and debtd at work there.

The pipeline and the store are the real ones; forge, workspaces and engine are in memory. After every pass all that must
hold is counted again from the forge's side (`invariants`).
"""
