"""Acts as a coding agent: does the work of one step of the demo's plan, chosen by the step's number."""

import os
import sys
from pathlib import Path

MULTIPLY = '''

def multiply(left, right):
    """Return the product of two numbers."""
    return left * right
'''

REPORT = '''"""Prints a small table."""

from calculator import add, multiply


def table(size):
    """Return the lines of a multiplication table."""
    return [" ".join(str(multiply(row, column)) for column in range(1, size + 1)) for row in range(1, size + 1)]


if __name__ == "__main__":
    print("\\n".join(table(add(1, 2))))
'''

TEST = '''

class Products(unittest.TestCase):
    def test_multiply(self):
        self.assertEqual(multiply(4, 5), 20)

    def test_table(self):
        self.assertEqual(table(2), ["1 2", "2 4"])
'''


def append(path, text):
    Path(path).write_text(Path(path).read_text() + text)


def replace(path, old, new):
    text = Path(path).read_text()
    if old not in text:
        sys.exit(f"{path} does not contain the text to replace")
    Path(path).write_text(text.replace(old, new))


def extend():
    append("calculator.py", MULTIPLY)
    Path("report.py").write_text(REPORT)
    replace("tests/test_calculator.py", "from calculator import add\n", "from calculator import add, multiply\nfrom report import table\n")
    append("tests/test_calculator.py", TEST)


def repair():
    replace("calculator.py", "    return left / right", '    if right == 0:\n        raise ValueError("nothing can be divided by zero")\n    return left / right')


if __name__ == "__main__":
    {"3": extend, "5": repair}[os.environ["FORGE_STEP_INDEX"]]()
    print(f"did step {os.environ['FORGE_STEP_INDEX']}: {os.environ['FORGE_STEP_NAME']}")
