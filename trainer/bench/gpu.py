"""Whether there is a GPU that training can use: `python -P -m trainer.bench.gpu` prints yes or no."""

import torch

if __name__ == "__main__":
    print("yes" if torch.cuda.is_available() else "no")
