"""What a recorded run becomes for others to see: the logs of other programs."""
