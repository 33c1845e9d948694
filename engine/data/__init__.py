"""Data sets: reading them, naming them, and preparing their images for a network."""
