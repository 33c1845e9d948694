"""A network as data, the arrays it has learnt, and the file that keeps them."""
