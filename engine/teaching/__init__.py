"""Teaching a trained network what it got wrong: examples that are kept, and a short training with replay."""
