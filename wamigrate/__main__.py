"""``python -m wamigrate``."""

from wamigrate.cli import main

if __name__ == "__main__":
    main()
