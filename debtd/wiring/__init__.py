"""The only room that builds adapters. Each module imports no more than its callers need."""
