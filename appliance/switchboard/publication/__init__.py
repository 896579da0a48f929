"""What contact processes read: dial plan and flows as files, and when old ones go."""
