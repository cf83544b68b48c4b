"""The plan: dependencies between resolved nodes, normalised and free of cycles. The only place for networkx."""
