"""The box's side of the cloud link."""
