"""Client of the Cavia hyperparameter suggestion service."""
