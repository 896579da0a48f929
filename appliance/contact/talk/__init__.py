"""What people do in a talk: hold, consult, confer, hand on, park, join; by command and by keys."""
