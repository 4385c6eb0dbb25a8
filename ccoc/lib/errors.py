"""The one kind of error that a person at the screen can mend."""


class Refused(Exception):
    """A request that the rules refuse, with words for the person who made it.

    `code` is a stable lower-case word for programs (`already_closed`); `message` is a translated
    sentence that says what to do. The API turns it into `{"error": {"code", "message"}}`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
