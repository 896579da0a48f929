"""A believable fortnight of five branches, for looking at the console without a box: `linekeeper console --demo-data`.

    organisation ─ who and where      days ─ who works when, who rings when     floor ─ queues and agents meet
    visits ─ what one contact was     tellings ─ it as the box's own events     annals ─ everything a box would send
    filling ─ sealed into the chain and taken in as from a box

Nothing here writes what a page shows: contact records come from the box's own `records.build_record`, everything goes
through the console's real ingest. Names are made up; telephone numbers are of ranges that belong to nobody.
"""
