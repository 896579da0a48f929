"""What boxes tell comes in: checked, stored once and in order, and turned into what people look at.

    box_routes → arriving (is it what it says?) → taking (does it follow on?) → projecting → projections

Must not trust anything a box sends beyond who sent it.
"""
