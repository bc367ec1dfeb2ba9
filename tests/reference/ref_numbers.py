"""Numbers of JSON, exactly as written (section "Declared arguments")."""

import fractions
import math
import re

MOST_EXPONENT = 400
MOST_INTEGER = 2**53 - 1


class Number:
    """A JSON number, kept as it was written."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"Number({self.text})"

    def __eq__(self, other):
        """Whether both are written alike."""
        return isinstance(other, Number) and self.text == other.text

    def __hash__(self):
        return hash(self.text)

    def fits_double(self):
        """Whether readers that hold doubles, whole or part by part, hold it. See DECISIONS.md."""
        whole = re.split("[.eE]", self.text)[0]
        if math.isinf(float(whole)) or math.isinf(self.double()):
            return False
        mantissa, _, exponent = self.text.lower().partition("e")
        if self.double() != 0:
            return True
        decimals = len(mantissa.partition(".")[2])
        is_zero = set(mantissa) <= set("-0.")
        return is_zero and (exponent.startswith("-") or int(exponent or "0") <= 308 + decimals)

    def is_number(self):
        """[schema.number]"""
        exponent = re.search("[eE](.*)", self.text)
        digits = exponent[1].lstrip("+-").lstrip("0") if exponent else ""
        return len(digits) < 4 and int(digits or "0") <= MOST_EXPONENT

    def is_integer(self):
        """[schema.integer]"""
        if not re.fullmatch("0|-?[1-9][0-9]*", self.text):
            return False
        # Python refuses to read very long ones.
        return len(self.text) < 20 and abs(int(self.text)) <= MOST_INTEGER

    def exact(self):
        """The value; only of what is a number."""
        mantissa, _, exponent = self.text.lower().partition("e")
        digits, _, fraction = mantissa.partition(".")
        sign = -1 if digits.startswith("-") else 1
        whole = 0
        for digit in digits.lstrip("-") + fraction:
            whole = 10 * whole + int(digit)
        power = int(exponent or "0") - len(fraction)
        return sign * whole * fractions.Fraction(10) ** power

    def double(self):
        """The nearest double; infinity where there is none."""
        return float(self.text)


def is_within(number, schema):
    """[schema.bounds] Exactly, and as the nearest doubles."""
    for keyword, holds in BOUNDS.items():
        bound = schema.get(keyword)
        if bound is None:
            continue
        if not holds(number.exact(), bound.exact()) or not holds(number.double(), bound.double()):
            return False
    return True


BOUNDS = {
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
    "exclusiveMinimum": lambda value, bound: value > bound,
    "exclusiveMaximum": lambda value, bound: value < bound,
}


def are_equal(left, right):
    """[schema.equal] Whether two scalars are the same value."""
    if isinstance(left, Number) and isinstance(right, Number):
        return left.is_number() and right.is_number() and left.exact() == right.exact()
    return type(left) is type(right) and left == right
