"""`python -m groupbuy`."""

from groupbuy.cli import main

main()
