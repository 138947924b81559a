"""Python itself: starts, and is gone."""

from ending import end

if __name__ == "__main__":
    end()
