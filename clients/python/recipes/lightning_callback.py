"""Lightning: a callback that reports each validation and stops the trainer when it is told to."""

import torch
from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from torch.utils.data import DataLoader, TensorDataset

import cavia


class Report(Callback):
    def __init__(self, trial, metric):
        self.trial, self.metric = trial, metric

    def on_validation_end(self, trainer, module):
        if not trainer.sanity_checking:
            value = trainer.callback_metrics[self.metric].item()
            trainer.should_stop |= self.trial.report(trainer.current_epoch, value)


class Line(LightningModule):
    def __init__(self, lr):
        super().__init__()
        self.lr, self.layer = lr, torch.nn.Linear(1, 1)

    def loss(self, batch):
        return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

    def training_step(self, batch):
        return self.loss(batch)

    def validation_step(self, batch):
        self.log("loss", self.loss(batch))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


x = torch.linspace(-1, 1, 64)[:, None]
data = DataLoader(TensorDataset(x, 3 * x - 1), batch_size=16)
study = cavia.study("lightning", minimize="loss", budget=8, space={"lr": cavia.log(1e-4, 1)})
for trial in study:
    with trial as params:
        quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
        trainer = Trainer(max_epochs=5, callbacks=[Report(trial, "loss")], accelerator="cpu", **quiet)
        trainer.fit(Line(**params), data, data)
        trial.tell(trainer.callback_metrics["loss"].item())
print(study.best.value, study.best.params)
