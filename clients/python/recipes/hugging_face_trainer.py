"""Hugging Face Trainer: its own search for hyperparameters, which goes through Optuna, with the sampler of Cavia."""

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

from cavia.optuna import CaviaSampler

random = torch.Generator().manual_seed(0)
texts = torch.randint(1, 20, (256, 8), generator=random)
data = [{"input_ids": text, "labels": int((text == 7).any())} for text in texts]
config = BertConfig(
    vocab_size=20, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, num_labels=2
)

trainer = Trainer(
    model_init=lambda: BertForSequenceClassification(config),
    args=TrainingArguments("trainer-output", report_to="none", save_strategy="no", disable_tqdm=True, use_cpu=True),
    train_dataset=data[:192],
    eval_dataset=data[192:],
)
best = trainer.hyperparameter_search(
    backend="optuna",
    sampler=CaviaSampler(),
    direction="minimize",
    n_trials=6,
    hp_space=lambda trial: {
        "learning_rate": trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True),
        "num_train_epochs": trial.suggest_int("num_train_epochs", 1, 4),
        "per_device_train_batch_size": trial.suggest_categorical("per_device_train_batch_size", [16, 32, 64]),
    },
)
print(best.objective, best.hyperparameters)
