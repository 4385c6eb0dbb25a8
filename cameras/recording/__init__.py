"""What the cameras saw, kept: segments on disk, a row each, holds, rules and retention."""
