"""Where the images go: the parts of the Map view."""
