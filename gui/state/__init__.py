"""What the window remembers and points at."""
