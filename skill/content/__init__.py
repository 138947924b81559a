"""The words and facts, as data, and what reads them."""
