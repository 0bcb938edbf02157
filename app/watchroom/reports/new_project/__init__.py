"""A project folder from the answers to six questions: a training script, model files, checklists, tests.

Pure: the same answers give the same files. Nothing is written and nobody is asked here.
"""
