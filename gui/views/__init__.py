"""What is drawn: one file a view, each given a ``Desk``."""
