"""The audit log: who did, heard or was refused what, append-only and chained."""
