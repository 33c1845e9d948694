"""The state of panels in plain Python: formatting, scales, thinning; knows no Qt."""
