"""PyTorch: a training loop that reports each epoch and stops when it is told to."""

import torch
from torch import nn

import cavia

X = torch.rand(512, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
y = (X[:, :1] * X[:, 1:]).sign().clamp(min=0)

study = cavia.study(
    "pytorch-loop",
    minimize="loss",
    budget=12,
    space={"lr": cavia.log(1e-4, 1), "width": cavia.integer(4, 64, log=True), "optimizer": ["Adam", "SGD"]},
)
for trial in study:
    with trial as params:
        torch.manual_seed(trial.seed)
        model = nn.Sequential(nn.Linear(2, params["width"]), nn.Tanh(), nn.Linear(params["width"], 1))
        optimizer = getattr(torch.optim, params["optimizer"])(model.parameters(), lr=params["lr"])
        for epoch in range(30):
            for batch in torch.randperm(384).split(64):
                optimizer.zero_grad()
                nn.functional.binary_cross_entropy_with_logits(model(X[batch]), y[batch]).backward()
                optimizer.step()
            with torch.no_grad():
                loss = nn.functional.binary_cross_entropy_with_logits(model(X[384:]), y[384:]).item()
            if trial.report(epoch, loss):
                break
        trial.tell(loss)
print(study.best.value, study.best.params)
