"""Signals that are deferred, and the waits that they break."""

from __future__ import annotations

import signal

import pytest

from forge.errors import Interrupted
from forge.run.processes.signals import Interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_recorded_until_it_is_checked(number: signal.Signals) -> None:
    with Interrupts() as interrupts:
        interrupts.check()
        signal.raise_signal(number)
        assert interrupts.signal_name == number.name
        with pytest.raises(Interrupted, match=number.name):
            interrupts.check()


def test_a_signal_breaks_a_wait_at_once() -> None:
    with Interrupts() as interrupts:
        interrupts.waiting(True)
        with pytest.raises(Interrupted):
            signal.raise_signal(signal.SIGINT)


def test_an_earlier_signal_breaks_a_wait_at_its_start() -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Interrupted):
            interrupts.waiting(True)


def test_after_a_wait_signals_are_deferred_again() -> None:
    with Interrupts() as interrupts:
        interrupts.waiting(True)
        interrupts.waiting(False)
        signal.raise_signal(signal.SIGINT)
        assert interrupts.signal_name == "SIGINT"


def test_the_handlers_of_before_are_restored() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
