"""After an outage both sides count; here is the console's side of it (`cloud.reconciling`)."""
