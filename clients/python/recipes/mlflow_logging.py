"""MLflow: every trial as a run, with its params, curve and value; a parent run for the study."""

import mlflow

import cavia

study = cavia.study(
    "mlflow", minimize="loss", budget=10, space={"lr": cavia.log(1e-4, 1), "layers": cavia.integer(1, 4)}
)
with mlflow.start_run(run_name=study.name):
    mlflow.set_tag("cavia.study", study.id)
    for trial in study:
        with trial as params, mlflow.start_run(run_name=f"trial {trial.number}", nested=True):
            mlflow.log_params({**params, "seed": trial.seed})
            for epoch in range(3):
                loss = abs(params["lr"] - 0.02) / (epoch + 1) + 0.1 * params["layers"]
                mlflow.log_metric("loss", loss, step=epoch)
                if trial.report(epoch, loss):
                    break
            trial.tell(loss)
    mlflow.log_metric("best_loss", study.best.value)
print(study.best.value, study.best.params)
