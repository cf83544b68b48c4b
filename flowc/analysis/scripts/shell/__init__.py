"""The judge of shell scripts: a reader of quoting and commands, then rules over what it has read."""
