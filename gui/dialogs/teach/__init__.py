"""Teaching a network what it got wrong: examples, fine-tuning, before and after, and back."""
