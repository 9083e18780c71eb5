"""A few functions on numbers."""


def add(left, right):
    """Return the sum of two numbers."""
    return left + right


def divide(left, right):
    """Return the quotient of two numbers."""
    return left / right
