"""Checks a certificate of the rotation, and shares no code with what made it.

The rules, all in exact fractions: the shares of a patrol add up to one, none is zero
or less; one lead is booked per patrol; who leads has a share (unless the patrol is
history); entitlements and leads are the sums so far; and from the end of the history
on, carried credit + entitlement - leads is within the bound that is claimed, for every
agency after every patrol, and as large as is said at the most.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any


def findings(certificate: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a certificate; it is accepted if nothing is."""
    try:
        return list(_findings(certificate))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as bad:
        return [f"malformed: {bad!r}"]


def _findings(told: Mapping[str, Any]) -> Iterator[str]:
    reached = Fraction(0)
    if not 0 <= told["given"] <= len(told["patrols"]):
        yield f"the history is not {told['given']} patrols long"
    carried = _numbers(told["carried"])
    due, led = dict.fromkeys(carried, Fraction(0)), dict.fromkeys(carried, Fraction(0))
    for n, patrol in enumerate(told["patrols"]):
        shares, booked = _numbers(patrol["shares"]), _numbers(patrol["booked"])
        for code in {*shares, *booked}:
            due[code] = due.get(code, Fraction(0)) + shares.get(code, 0)
            led[code] = led.get(code, Fraction(0)) + booked.get(code, 0)
        if _numbers(patrol["entitlements"]) != due or _numbers(patrol["leads"]) != led:
            yield f"{n}: entitlements or leads do not add up"
        yield from (f"{n}: {bad}" for bad in _single(patrol, shares, booked))
        if n >= told["given"]:
            if set(booked) != {patrol["lead"]} or patrol["lead"] not in shares:
                yield f"{n}: {patrol['lead']} may not lead"
            off = {
                code: abs(carried.get(code, 0) + due[code] - led[code]) for code in due
            }
            reached = max(reached, *off.values())
            yield from (f"{n}: {bad}" for bad in _beyond(told, off))
    if reached != Fraction(told["reached"]):
        yield f"the largest deviation is {reached}, not {told['reached']}"


def _single(
    patrol: Mapping[str, Any],
    shares: Mapping[str, Fraction],
    booked: Mapping[str, Fraction],
) -> Iterator[str]:
    """Yield what is wrong with one patrol by itself."""
    if sum(shares.values()) != 1 or min(shares.values()) <= 0:
        yield "shares do not divide one patrol"
    if sum(booked.values()) != 1 or min(booked.values()) <= 0:
        yield "not one lead is booked"
    if patrol["lead"] not in booked:
        yield "the lead is not who is booked"


def _beyond(told: Mapping[str, Any], off: Mapping[str, Fraction]) -> Iterator[str]:
    """Yield who is further off than the bound that is claimed."""
    bound = Fraction(told["bound"])
    for code, size in off.items():
        if size > bound or (told["is_below"] and size == bound):
            yield f"{code} is {size} off, the bound is {bound}"


def _numbers(texts: Mapping[str, str]) -> dict[str, Fraction]:
    return {code: Fraction(text) for code, text in texts.items()}
