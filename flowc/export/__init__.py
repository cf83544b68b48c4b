"""What a compiled flow looks like to people and to other programs: pictures of its graph and pages about it.

Pure functions from definitions to text, in an outer ring beside the command line.
"""
