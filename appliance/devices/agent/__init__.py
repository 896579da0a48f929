"""The user agent of a device: registration, calls, keys, and sound frames to and from the device, on pjsua2."""
