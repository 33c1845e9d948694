"""Parts that several views and panels are made of."""
