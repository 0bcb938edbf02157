"""The compare step: versions of a model held against each other, on the decisions that both have scored."""
