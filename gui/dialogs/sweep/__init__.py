"""The dialog of sweeps: which settings are varied and how, what it will come to, and how far it is."""
