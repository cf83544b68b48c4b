"""A page about a file: its flows with parameters, tasks and a picture, as Markdown or HTML."""
