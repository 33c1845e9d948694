"""How values become pixels: the same colours and places in the window, in films and in reports."""
