"""What people and programs may look at: branches, contacts, agents, queues, outages, metrics; `/api/v1`.

Every query is limited to the branches that the asker may see, in the query itself. Must not change anything.
"""
