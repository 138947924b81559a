"""A recording: sound as a voice hands it over, before any editing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recording:
    """Mono sound: 16-bit signed samples in the machine's byte order, `rate` of them a second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / 2 / self.rate
