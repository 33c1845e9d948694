"""What of a map of points is shown."""

import numpy as np

from engine.look.points import frame


def test_the_frame_leaves_out_only_what_lies_far_away() -> None:
    points = np.random.default_rng(1).standard_normal((2000, 2))
    points[0] = 1000.0
    left, top, width, height = frame(points)
    assert left < -2 and top < -2 and left + width < 6 and top + height < 6
    assert frame(points[:0])[2] > 0 and frame(np.zeros((4, 2)))[2] > 0
