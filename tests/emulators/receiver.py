"""A webhook that only takes notes: what a test puts where the product would listen."""

from __future__ import annotations

from .provider import Provider, Request, Response


class Receiver(Provider):
    """Answers every request with `status`, or with the statuses queued in `next_statuses` first."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200
        self.next_statuses: list[int] = []

    async def answer(self, request: Request) -> Response:
        with self._lock:
            return Response(self.next_statuses.pop(0) if self.next_statuses else self.status)
