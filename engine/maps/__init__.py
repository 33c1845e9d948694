"""Where the images go: maps of what a layer makes of them, and of the loss around the weights."""
