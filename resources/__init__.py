"""What comes with the program: data, models, networks, recipes, fonts and icons. No code."""
