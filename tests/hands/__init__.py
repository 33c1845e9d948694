"""How well digits outside of MNIST are read: ``python -m tests.hands`` prints the table of the README.

The training has not seen the forms here; one number, `keep` of the recipe, was chosen with them in sight.
"""
