"""What people see of a run: pure functions from read models to styled lines, and the thin part that paints them."""
