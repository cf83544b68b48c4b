"""Analysis: from syntax trees to a resolved model. Binds names, infers types, checks settings and scripts."""
