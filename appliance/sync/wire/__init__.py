"""The ways out of the sync service: HTTPS to the console, the local API to the switchboard."""
