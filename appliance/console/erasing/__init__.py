"""Erasure requests (GDPR Article 17) and legal holds, on the console and on the boxes.

    asked for ─► erased here at once, tombstones in the boxes' lines ─► receipts, also after weeks ─► done

requests    who asks for what; a hold wins
contacts    takes a customer out of what the console keeps of a contact
numbers     and of what belongs to no contact
holds       sets and lifts holds; what waited for a hold goes then
telling     tombstones and holds to boxes
projection  receipts of boxes
background  files of erased recordings
"""
