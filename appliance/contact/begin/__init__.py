"""How contacts begin: a call comes in, an extension calls, the box itself calls, somebody is searched for."""
