"""All that a component's author imports."""
