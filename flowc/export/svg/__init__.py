"""A graph as SVG, with a layout of our own: layers, few crossings, groups as boxes around their members."""
