"""A person's own models: added, chosen, removed, found with other programs, carried on a stick.

What lies in the data folder's `models/PART/NAME` is theirs, as files or as links to where another program keeps
them. Everything here happens as a whole or not at all, also where the process is killed on the way.
"""
