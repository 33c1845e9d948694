"""Drawings made by the program: digits as people write them in many countries, and what is no digit."""
