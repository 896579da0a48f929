"""What phones' lamps show: extensions, agents, queues, orbits (busy lamp field) and messages that wait.

lamp     what a lamp can show, whose it is, and the bodies that say so (pure)
picture  which lamps are lit, from what the switchboard knows (pure)
board    keeps the edge's picture like ours, late rather than in anybody's way
"""
