"""Break it: a copy of the network is damaged, step by step, and every view follows."""
