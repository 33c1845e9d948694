"""What is edited: one file a panel, each given a ``Desk``."""
