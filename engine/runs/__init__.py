"""Runs kept on the disk: one folder a run, written while it trains and read back at any step."""
