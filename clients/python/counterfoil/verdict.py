"""What is not an acceptance is one of two exceptions: a check that failed, or one that could not be made."""


class Refused(Exception):
    """REJECT: a check was made and failed."""

    def __init__(self, check, expected, found):
        super().__init__(f"{check}: expected {expected}, found {found}")
        self.check, self.expected, self.found = check, expected, found


class Missing(Exception):
    """UNVERIFIABLE: something that a check needs is not at hand."""

    def __init__(self, check, what):
        super().__init__(f"{check}: missing {what}")
        self.check, self.what = check, what


def require(holds, check, expected, found):
    if not holds:
        raise Refused(check, expected, found)
