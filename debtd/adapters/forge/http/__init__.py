"""HTTP to forges: one client with limits, one sense of pace, errors by consequence. The one home of httpx."""
