"""What the events mean: one module a subject, each the only writer of its tables beside migrations."""
