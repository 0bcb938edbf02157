"""The frame."""
