"""The detector's network: a map of plate centres and four corners at each, an eighth of its size."""

import torch
from torch import Tensor, nn
from torch.nn import functional

FOLD = 4
"""Side of the squares of pixels that the first layer takes one by one."""


def _conv(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    pad = size // 2 if size % 2 else 0
    layer = nn.Conv2d(inputs, outputs, size, stride, pad, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class DetectorNet(nn.Module):
    """Batch x 3 x H x W (BGR, 0-255; sides divisible by 32) to centres and corners at H/8 x W/8.

    Plain convolutions at an eighth, a 16th and a 32nd of the size: they train three times as fast on a CPU
    as depthwise ones of equal cost.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_conv(3, 24, FOLD, FOLD), _conv(24, 40, 3, 2), _conv(40, 40))
        self.middle = nn.Sequential(_conv(40, 64, 3, 2), _conv(64, 64))
        self.deep = nn.Sequential(_conv(64, 96, 3, 2), _conv(96, 96), _conv(96, 96), _conv(96, 96))
        self.deep_up = _conv(96, 64, 1)
        self.middle_up = _conv(64, 40, 1)
        self.head = _conv(40, 40)
        self.centre = nn.Conv2d(40, 1, 1)
        self.corners = nn.Conv2d(40, 8, 1)
        nn.init.constant_(self.centre.bias, -4.0)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return centre logits B x 1 x h x w and corners B x 8 x h x w from the cell's middle, in 32 px."""
        features = self.features(pictures * (1 / 64) - 2)
        return self.centre(features), self.corners(features)

    def features(self, seen: Tensor) -> Tensor:
        """Return, of normalised pictures, what both outputs are made from, B x 40 x h x w."""
        near = self.stem(seen)
        middle = self.middle(near)
        deep = self.deep_up(self.deep(middle))
        middle = middle + functional.interpolate(deep, scale_factor=2.0, mode="nearest")
        near = near + functional.interpolate(self.middle_up(middle), scale_factor=2.0, mode="nearest")
        features: Tensor = self.head(near)
        return features


def detector_loss(outputs: tuple[Tensor, Tensor], heat: Tensor, corners: Tensor, weight: Tensor) -> Tensor:
    """Focal loss of the centres plus corner error as a share of the plate's size.

    `heat` B x h x w, -1 where no answer is wrong; `corners` B x 8 x h x w in 32 px, `weight` B x h x w: one
    over the plate's size where corners are known, else 0.
    """
    logits = outputs[0][:, 0]
    chance = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    is_centre = heat >= 0.999
    found = -torch.log(chance) * (1 - chance) ** 2 * is_centre
    clear = -torch.log(1 - chance) * chance**2 * (1 - heat) ** 4 * ((heat >= 0) & ~is_centre)
    count = is_centre.sum().clamp(min=1)
    error = (outputs[1] - corners).abs().sum(dim=1) * weight
    return (found.sum() + clear.sum()) / count + 0.5 * error.sum() / (weight > 0).sum().clamp(min=1)
