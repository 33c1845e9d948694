"""Recognising what is on a picture: digits of any polarity, one or many, or one object.

``judge`` needs no picture; ``readings`` and ``pictures`` bring Pillow, which takes a while to import:
import them where a picture is at hand.
"""
