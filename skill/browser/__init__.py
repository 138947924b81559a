"""The coach in a web page: the browser's door to the same sessions."""
