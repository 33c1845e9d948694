"""A data set made of pictures of your own: choose, look, leave out, add."""
