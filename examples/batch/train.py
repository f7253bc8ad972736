"""Trains a small network on Fashion-MNIST, on a GPU where there is one, and tells Cavia its error."""

import io
import os

import data
import objects
import torch
from torch import nn

import cavia

PLACE = os.environ.get("DATA", "synthetic")
EPOCHS = int(os.environ.get("EPOCHS", "4"))
IMAGES = int(os.environ.get("IMAGES", "0")) or None
# Where the next attempt goes on from when a spot instance is taken away; by hand nowhere.
CHECKPOINT = os.environ.get("CAVIA_CHECKPOINT_URI")


def main():
    params = cavia.params(learningRate=1e-3, batchSize=64, width=16, dropout=0.2, weightDecay=1e-4)
    torch.manual_seed(int(os.environ.get("CAVIA_SEED", "0")))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train_set, test_set = (tensors(part, device) for part in ("train", "t10k"))
    network = network_of(params).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=params["learningRate"], weight_decay=params["weightDecay"])
    for epoch in range(resume(network, optimizer, device), EPOCHS):
        train(network, optimizer, train_set, params["batchSize"])
        error = error_of(network, test_set)
        print(f"epoch {epoch + 1}: error {error}", flush=True)
        if cavia.report(epoch + 1, error=error):
            break
        keep(network, optimizer, epoch + 1)
    cavia.tell(error=error_of(network, test_set))


def tensors(part, device):
    images, labels = data.load(PLACE, part, IMAGES)
    pixels = torch.frombuffer(bytearray(images), dtype=torch.uint8).to(device).float() / 255
    classes = torch.frombuffer(bytearray(labels), dtype=torch.uint8).to(device).long()
    return pixels.view(-1, 1, data.SIDE, data.SIDE), classes


def network_of(params):
    width = params["width"]
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(params["dropout"]),
        nn.Linear(2 * width * (data.SIDE // 4) ** 2, data.CLASSES),
    )


def train(network, optimizer, examples, batch_size):
    images, classes = examples
    network.train()
    for batch in torch.randperm(len(classes), device=classes.device).split(batch_size):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images[batch]), classes[batch]).backward()
        optimizer.step()


@torch.no_grad()
def error_of(network, examples):
    network.eval()
    images, classes = examples
    found = torch.cat([network(some).argmax(1) for some in images.split(1000)])
    return (found != classes).float().mean().item()


def keep(network, optimizer, epoch):
    if CHECKPOINT is None:
        return
    kept = io.BytesIO()
    torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, kept)
    objects.write(f"{CHECKPOINT}/state.pt", kept.getvalue())


def resume(network, optimizer, device):
    """Goes on where an earlier attempt of this trial was. Returns how many epochs are behind it."""
    kept = None if CHECKPOINT is None else objects.read(f"{CHECKPOINT}/state.pt")
    if kept is None:
        return 0
    # Weights alone: other jobs can write to the bucket too, and a pickle could run what they like.
    state = torch.load(io.BytesIO(kept), map_location=device, weights_only=True)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"]


if __name__ == "__main__":
    main()
