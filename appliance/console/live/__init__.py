"""How branches are right now: the newest state each box has told, and notices of changes to whoever watches."""
