"""A run step by step: settings, gradients, processes that share in a step, evaluation."""
