"""The names of what lies in a job folder.

job.json        every knob, absolute paths; never changed after the start      written by the app
manifest.jsonl  the snapshot, one clip a line                                  written by the app
log.txt         the trainer's standard error                                   opened by the app
STOP            an empty file by which it is asked to stop                     written by the app
lock            held by the trainer for as long as it lives
events.jsonl    what happens, append-only
checkpoints/    whole ones, to go on from
adapter/        what was learnt, of the best checkpoint
strength.json   how strongly it is to be applied, and what was tried
making/         the version while it is made; renamed to version/ when nothing of it is missing
version/        recogniser/ to train on from, recogniser-ct2/ to listen with, verified.json about the two
report.json     how well the version hears, beside the recogniser that it is to replace
"""

from __future__ import annotations

JOB = "job.json"
MANIFEST = "manifest.jsonl"
LOG = "log.txt"
STOP = "STOP"
LOCK = "lock"
EVENTS = "events.jsonl"
CHECKPOINTS = "checkpoints"
ADAPTER = "adapter"
STRENGTH = "strength.json"
MAKING = "making"
VERSION = "version"
REPORT = "report.json"

TRAINABLE = "recogniser"
"""In a version's folder, or in that of a base: Hugging Face format, which can be trained on …"""
DEPLOYED = "recogniser-ct2"
"""… and CTranslate2 format, which is loaded."""
WEIGHTS = "model.bin"
"""Of a deployed one."""
VERIFIED = "verified.json"
"""In a version's folder: how far the two formats agree, the strength and the windows that were chosen."""
