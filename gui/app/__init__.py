"""Starting, putting together and taking apart."""
