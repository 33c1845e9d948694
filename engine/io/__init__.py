"""Reading and writing files: the one gate for bytes from outside."""
