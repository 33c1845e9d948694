"""A run that is watched: the loop, its commands and events, and what is shown of it."""
