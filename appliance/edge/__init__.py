"""The edge: Kamailio, its configuration, its database and its remote control. The only thing phones and trunks talk to.

render    linekeeper.toml → kamailio.cfg; the check; the command line of the process
database  edge.db, locations and dialogs, from the schema scripts that Kamailio ships
subscribers, trunks   rows of edge.db
rpc       how Kamailio is asked (JSON-RPC over a Unix datagram socket), blocking or asyncio
requests  what it is asked: contacts, dialogs, counters, trunk states
publishing  what phones' lamps show, by PUBLISH over loopback

The contract between Kamailio and a contact process (slot N, UDP 127.0.0.1, port contacts.sip_port + N):

- An INVITE that starts a contact carries `X-Linekeeper-Source: extension:<extension>` or `trunk:<name>`; the user of
  the request URI is what was dialled. Nobody outside can set an `X-Linekeeper-` header.
- A process that already has a contact refuses with 486 or 503 and the header `X-Linekeeper-Slot: busy`; only then
  the next slot is tried. Without that header 486 and 503 are the contact's own outcome and go to the caller.
- Kamailio sends OPTIONS inside each answered dialog every 30 s; 481 or silence ends it on both sides. Whoever knows
  sooner that a process has died asks for `requests.clear_slot`, which ends all of its dialogs.
- Calls of a process go to 127.0.0.1, port edge.internal_port, from its own port: `INVITE sip:<extension>@<anything>`
  rings all phones of the extension (404 no such extension, 480 not registered); with
  `X-Linekeeper-Trunk: <name>` or `any` the call leaves by that trunk, or by the first that answers, and the answers
  say which one it was in the same header. `X-Linekeeper-Contact` is passed on to phones, nothing else to anybody.
"""
