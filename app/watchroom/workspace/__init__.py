"""The workspace's YAML files as validated models."""
