"""Demonstration data: real places, made-up agencies' records."""
