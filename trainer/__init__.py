"""What learns: a process of its own that reads and writes a job folder and nothing else.

`run` looks everything over, `training` is the loop, `finishing` makes a version of it. torch and its friends are
imported here and nowhere else in the project; `contract`, which the app reads too, imports none of them.
"""
