"""Pictures of one's own: finding them, reading them safely, and making a data set of them."""
