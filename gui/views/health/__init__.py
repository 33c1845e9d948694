"""Is the run healthy: what is measured of its layers, what is wrong, and which learning rates work."""
