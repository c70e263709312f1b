"""`python -m debtd`."""

from debtd.cli import main

if __name__ == "__main__":
    main()
