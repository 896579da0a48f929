"""Why the console turned a person or program away. `sentence` of the pages and `detail` of the API come from here.

RefusedError                  somebody may not do this; audited
├── SignInError               nobody is signed in: pages lead to the log-in, the API answers 401
├── ForbiddenError            403: signed in, but without the right
├── ForgedError               403: a form that didn't come from this console's own pages
└── TooManyError              429: too fast, or too many wrong tries; `after_s` says when to come again
PersonError                   what was typed about a person, token or webhook can't be taken
(console.errors.NotFoundError is what somebody gets who asks for a thing of a branch that they can't see.)
"""

from __future__ import annotations

from appliance.errors import ConsoleError


class RefusedError(ConsoleError):
    """Somebody may not do this. `status`: of the HTTP answer; `kind`: a stable key for programs."""

    status = 403
    kind = "refused"


class SignInError(RefusedError):
    """Nobody is signed in, or no longer."""

    status = 401
    kind = "sign_in"


class ForbiddenError(RefusedError):
    """Signed in, but without the right."""

    kind = "forbidden"


class ForgedError(RefusedError):
    """A form or request that didn't come from this console's own pages."""

    kind = "forged"


class TooManyError(RefusedError):
    """Too fast, or too many wrong tries."""

    status = 429
    kind = "too_many"

    def __init__(self, message: str, *, after_s: float) -> None:
        super().__init__(message)
        self.after_s = after_s


class PersonError(ConsoleError):
    """What somebody typed about a person, token or webhook can't be taken; the text says why and what to do.

    kind, values: the same for the pages, in the reader's language (the text `refused.<kind>`).
    """

    def __init__(self, message: str, *, kind: str, **values: object) -> None:
        super().__init__(message)
        self.kind = kind
        self.values = values
