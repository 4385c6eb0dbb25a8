"""The reader's network: one small convolution trunk, heads for text, province and class."""

import torch
from torch import Tensor, nn

from plates.recognition.alphabet import CLASSES, NO_PROVINCE, PROVINCE_TEXT, TEXT

_WIDTHS = (16, 32, 48, 64, 96, 112)
_ROWS, _COLUMNS = 9, 44
_LINE = 96
_REACH = 7
_BLANK_EDGE = 2
_NEVER = -30.0


def _conv(inputs: int, outputs: int, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    layer = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class _Residual(nn.Module):
    """Two convolutions beside a straight way, the plain residual block."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(width, width), nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return features of the same shape."""
        return torch.relu(features + self.body(features))


class _Along(nn.Module):
    """Looks along the line: a column and three neighbours on either side, beside a straight way."""

    def __init__(self, width: int) -> None:
        super().__init__()
        pad = _REACH // 2
        self.body = nn.Sequential(
            nn.Conv2d(width, width, (1, _REACH), 1, (0, pad), bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, columns: Tensor) -> Tensor:
        """Return columns of the same shape."""
        return torch.relu(columns + self.body(columns))


class _Line(nn.Module):
    """Reads columns: folds the rows of each column, looks along the line, names a letter a column.

    The fold knows the rows by their place: weighing them by content alone cannot tell the letters of the
    number from those of the province under it. No letter may be named in the outermost columns: CTC is free
    to put a letter anywhere before the next one, would settle there, where none can be seen, and guess.
    Convolutions along the line, since a recurrent layer costs as much as the whole trunk and cannot be
    kept in eight bits.
    """

    def __init__(self, width: int, letters: int) -> None:
        super().__init__()
        self.fold = nn.Sequential(
            nn.Conv2d(width, _LINE, (_ROWS, 1), bias=False), nn.BatchNorm2d(_LINE), nn.ReLU()
        )
        self.along = nn.Sequential(_Along(_LINE), _Along(_LINE), nn.Dropout(0.1))
        self.name = nn.Conv2d(_LINE, letters + 1, 1)
        edge = torch.zeros(_COLUMNS, letters + 1)
        edge[:_BLANK_EDGE, 1:] = _NEVER
        edge[-_BLANK_EDGE:, 1:] = _NEVER
        self.register_buffer("edge", edge)

    def forward(self, features: Tensor) -> Tensor:
        """Map batch x channels x rows x columns to batch x columns x letters, as log probabilities."""
        columns = self.name(self.along(self.fold(features)))
        return torch.log_softmax(columns.squeeze(2).transpose(1, 2) + self.edge, dim=2)


class ReaderNet(nn.Module):
    """Batch x 3 x 72 x 176 (RGB order BGR, 0-255) to text, province letters, province and class.

    Text is read as two lines, one after the other: all that stands in one line on cars and trucks, and the
    digits under the province of a motorcycle, blank elsewhere. Trained as one sequence the two lines would
    leave it open where a letter is read, and letters are then guessed rather than seen.
    """

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e, f = _WIDTHS
        self.trunk = nn.Sequential(
            _conv(3, a, 2),
            _conv(a, b, 2),
            _conv(b, c),
            _conv(c, d),
            _conv(d, e, (2, 1)),
            _Residual(e),
            _conv(e, f),
        )
        self.first = _Line(f, len(TEXT))
        self.second = _Line(f, len(TEXT))
        self.skeleton = _Line(f, len(PROVINCE_TEXT))
        self.squeeze = nn.Sequential(_conv(f, 32, (1, 2)), nn.Flatten(), nn.Dropout(0.2))
        self.province = nn.Linear(32 * _ROWS * _COLUMNS // 2, NO_PROVINCE + 1)
        self.kind = nn.Linear(f * 2, len(CLASSES))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return log probabilities: text B x 88 x n, province letters B x 44 x n, province, class."""
        return self.read(pictures * (1 / 64) - 2)

    def read(self, seen: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the same of normalised pictures."""
        features = self.trunk(seen)
        text = torch.cat([self.first(features), self.second(features)], dim=1)
        province = torch.log_softmax(self.province(self.squeeze(features)), dim=1)
        pooled = torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)
        kind = torch.log_softmax(self.kind(pooled), dim=1)
        return text, self.skeleton(features), province, kind
