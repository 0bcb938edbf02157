"""The model card: what a model is, filled from the store, in one form that every export is written from."""
