"""How well digits outside of MNIST are read: ``python -m tests.hands`` prints the table of the README.

Neither training nor tuning saw the forms here.
"""
