"""Code that logs what a run lacks, to be copied into a training script: for MLflow 3, inside `mlflow.start_run()`.

`model` is the fitted model, `frame` its inputs as a pandas frame. The tests run each of them as it stands here.
"""

from __future__ import annotations

COMMIT = """\
import subprocess

import mlflow

commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
mlflow.set_tag("mlflow.source.git.commit", commit)
"""

CLEAN_TREE = """\
import subprocess

import mlflow

changes = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
mlflow.set_tag("mlflow.source.git.dirty", "true" if changes.strip() else "false")
"""

ENVIRONMENT = """\
import mlflow

mlflow.sklearn.log_model(model, name="model", pip_requirements="requirements.txt")
"""

DATA = """\
import mlflow

data = mlflow.data.from_pandas(frame, source="data/train.parquet", name="train")
mlflow.log_input(data, context="training")
"""

SEED = """\
import random

import mlflow
import numpy as np

seed = 42
random.seed(seed)
np.random.seed(seed)  # and random_state=seed for the split and for the model
mlflow.log_param("seed", seed)
"""

SIGNATURE = """\
import mlflow

signature = mlflow.models.infer_signature(frame, model.predict(frame))
mlflow.sklearn.log_model(model, name="model", pip_requirements="requirements.txt", signature=signature)
"""

INPUT_EXAMPLE = """\
import mlflow

mlflow.sklearn.log_model(model, name="model", pip_requirements="requirements.txt", input_example=frame.head(5))
"""

MODEL = """\
import mlflow

logged = mlflow.sklearn.log_model(
    model, name="model", pip_requirements="requirements.txt", serialization_format="skops"
)
mlflow.pyfunc.load_model(logged.model_uri).predict(frame.head(5))  # fails today rather than in a year
"""
