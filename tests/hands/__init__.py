"""How well digits outside of MNIST are read: ``python -m tests.hands`` prints the table of the README.

Two parts (see ``parts``): ``validation``, with which rules and limits were chosen, and ``test``, whose
figures are stated. Handwriting comes from templates and from fonts that were made of somebody's hand. The
fonts are Debian's: fonts-bwht, fonts-dkg-handwriting, fonts-kristi, fonts-rufscript, fonts-seto,
fonts-sjfonts; for print fonts-cabin, fonts-dejavu, fonts-essays1743, fonts-hack, fonts-liberation,
fonts-play. What the model knows of other hands comes from fonts-breip, fonts-bwht, fonts-comic-neue,
fonts-dancingscript, fonts-humor-sans, fonts-jura, fonts-kiloji, fonts-klee, fonts-quicksand. Where a font
is missing, the lines that need it say so.
"""
