"""Real plans, damaged at random: none crashes or hangs forge."""

from __future__ import annotations

import time

import pytest

from tests.views.validation.mutants import CORPUS, mutants, read

LONGEST = 10.0  # seconds of processor time for one document; the ordinary one takes milliseconds

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")


def hold(seed: int, number: int) -> None:
    """Read some mutants, and name the first one that crashes or takes too long."""
    for count, data in enumerate(mutants(seed, number)):
        began = time.process_time()
        try:
            read(data)
        except Exception as error:
            raise AssertionError(f"seed {seed}, document {count}: {error!r}") from error
        took = time.process_time() - began
        assert took < LONGEST, f"seed {seed}, document {count} took {took:.1f} s"


@needs_corpus
@pytest.mark.parametrize("seed", range(3))
def test_three_hundred_mutated_plans(seed: int) -> None:
    hold(seed, 100)


@needs_corpus
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(1000, 1050))
def test_a_hundred_thousand_mutated_plans(seed: int) -> None:
    hold(seed, 2000)
