"""An analyser for tests; it runs in a decoder process, hence in a module without Django."""

from cameras.streams.analysers import Picture, Result


class Counting:
    """Tells of every picture it sees."""

    def __init__(self) -> None:
        self.seen = 0

    def feed(self, picture: Picture, captured_at: float) -> list[Result]:
        """One result a picture."""
        self.seen += 1
        return [Result("counted", {"seen": self.seen, "at": captured_at}, {"crop": b"jpeg"})]
