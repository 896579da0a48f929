"""Records: the contact's journal read back, the contact record built, the recording finished, crashes repaired."""
