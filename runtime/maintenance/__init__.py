"""What a service does beside working on runs: it makes runs when their time has come."""
