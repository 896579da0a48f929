"""USB headsets: call control by HID telephony (descriptor, reports, hook and lamps), pure but for the real I/O."""
