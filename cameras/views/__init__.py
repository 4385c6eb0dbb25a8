"""Pages of the camera register: list and detail, import, passwords."""
