"""The workspace's YAML files as validated models.

`load_workspace` reads them, `check_workspace` lists what is wrong, `init_workspace` writes a first one. What a model's
decisions and MLflow hold is not known here.
"""
