"""The inspector beside the network: the arithmetic of one output, of one update, and the code that did it."""
