"""Soaks: the coach in thousands of random dialogues, until something goes wrong or time is up."""
