"""The coach's mind: pure, without input or output, clock, chance or environment."""
