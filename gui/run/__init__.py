"""The running session as the window sees it, and work beside the window."""
