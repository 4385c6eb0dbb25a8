"""A pinhole camera over a flat road: world points to pixels, and pixels back to rays."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Picture = NDArray[np.uint8]
Field = NDArray[np.float32]

NEAR_M = 0.5


@dataclass(frozen=True)
class Camera:
    """Where the lens is and how it looks. `yaw_deg` turns right, `pitch_deg` looks down."""

    width: int
    height: int
    focal_px: float
    position: tuple[float, float, float]
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0

    @cached_property
    def axes(self) -> Points:
        """3 x 3: the camera's right, down and forward directions in world coordinates."""
        yaw, pitch = radians(self.yaw_deg), radians(self.pitch_deg)
        forward = np.array([sin(yaw) * cos(pitch), cos(yaw) * cos(pitch), -sin(pitch)])
        right = np.array([cos(yaw), -sin(yaw), 0.0])
        return np.stack([right, np.cross(forward, right), forward])

    def project(self, points: Points) -> tuple[Points, Points]:
        """N x 3 metres to N x 2 pixels and N depths; a depth under `NEAR_M` is not in front of the lens."""
        seen = (points - np.asarray(self.position)) @ self.axes.T
        depth = np.maximum(seen[:, 2], NEAR_M)
        centre = np.array([self.width / 2, self.height / 2])
        return seen[:, :2] * (self.focal_px / depth)[:, None] + centre, seen[:, 2]

    def pixel(self, x: float, y: float, z: float) -> tuple[float, float]:
        """One world point in pixels."""
        found, _ = self.project(np.array([[x, y, z]]))
        return float(found[0, 0]), float(found[0, 1])

    def scale_at(self, x: float, y: float, z: float = 0.0) -> float:
        """Pixels per metre at a world point."""
        _, depth = self.project(np.array([[x, y, z]]))
        return self.focal_px / max(float(depth[0]), NEAR_M)

    def rays(self, oversample: int, rows: range) -> tuple[Field, Field, Field]:
        """Directions (x, y, z) of every pixel of some rows, each len(rows)*n x W*n, not normalised."""
        across = (np.arange(self.width * oversample) + 0.5) / oversample - self.width / 2
        fine = np.arange(rows.start * oversample, rows.stop * oversample)
        down = (fine + 0.5) / oversample - self.height / 2
        u, v = np.meshgrid(across / self.focal_px, down / self.focal_px)
        right, below, forward = self.axes
        parts = [(u * right[i] + v * below[i] + forward[i]).astype(np.float32) for i in range(3)]
        return parts[0], parts[1], parts[2]
