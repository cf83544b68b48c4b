"""A graph as text for a terminal: a row a task, with rails that show what follows what."""
