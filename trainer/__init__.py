"""What learns: a process of its own that reads and writes a job folder and nothing else.

torch and its friends are imported here and nowhere else in the project.
"""
