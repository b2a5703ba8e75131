"""Which of the things that are kept have to go when they are too many or too large."""

from collections.abc import Iterable


class Retention:
    """Counts what is kept, oldest first; nothing is counted where there is no limit."""

    def __init__(self, most: int, most_octets: int) -> None:
        """How many, and octets of all together; 0 means no limit."""
        self._most = most
        self._most_octets = most_octets
        self._costs: dict[str, int] = {}  # octets, by id
        self._octets = 0

    @property
    def is_bounded(self) -> bool:
        """There is a limit."""
        return bool(self._most or self._most_octets)

    def add(self, an_id: str, octets: int) -> None:
        """That is kept from now on."""
        if self.is_bounded:
            self._octets += octets - self._costs.pop(an_id, 0)
            self._costs[an_id] = octets

    def discard(self, an_id: str) -> None:
        """That is not kept any more."""
        self._octets -= self._costs.pop(an_id, 0)

    def count_anew(self, there: Iterable[tuple[str, int]]) -> None:
        """These are there, oldest first, each with its octets unless they were counted before."""
        self._costs = {an_id: self._costs.get(an_id, octets) for an_id, octets in there}
        self._octets = sum(self._costs.values())

    @property
    def is_over(self) -> bool:
        """Something has to go."""
        return self._is_over(len(self._costs), self._octets)

    def _is_over(self, count: int, octets: int) -> bool:
        return bool(
            (self._most and count > self._most)
            or (self._most_octets and octets > self._most_octets)
        )

    def surplus(self) -> list[str]:
        """The oldest that have to go; they count until they are discarded."""
        count, octets = len(self._costs), self._octets
        gone = []
        for an_id, cost in self._costs.items():
            if not self._is_over(count, octets):
                break
            gone.append(an_id)
            count, octets = count - 1, octets - cost
        return gone
