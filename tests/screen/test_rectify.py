from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageCms
from tests.screen.composites import as_photo, compose, desktop

from sonogate.policy import Policy
from sonogate.screen import geometry, rectify, refine
from sonogate.screen.colour import to_srgb
from sonogate.screen.reduce import reduced
from sonogate.types import Photo, ScreenQuad


def quad_of(corners_xy: np.ndarray, k1: float = 0.0) -> ScreenQuad:
    return ScreenQuad(
        corners_xy=corners_xy, confidence=90.0, visible_fraction=1.0, distortion_k1=k1
    )


def test_an_upright_screen_is_cut_out_pixel_for_pixel(policy: Policy) -> None:
    rng = np.random.default_rng(0)
    pixels = cv2.GaussianBlur(rng.integers(0, 255, (700, 900, 3), dtype=np.uint8), (0, 0), 2)
    corners = geometry.screen_corners((640, 480)) + np.array([100.0, 60.0])
    screen = rectify(as_photo(pixels), quad_of(corners), policy.screen)
    assert screen.size_wh == (640, 480)
    assert np.array_equal(screen.pixels, pixels[60:540, 100:740])
    assert np.allclose(geometry.project(screen.homography, np.zeros((1, 2))), [[100.0, 60.0]])
    assert screen.tilt_deg == pytest.approx(0.0, abs=1e-6)


def test_homography_leads_to_the_photo_within_a_32nd_of_a_pixel(policy: Policy) -> None:
    dots = np.zeros((1200, 1600, 3), np.float64)
    y, x = np.mgrid[0:1200, 0:1600]
    places = np.array([[500.3, 400.6], [1000.2, 420.9], [760.7, 800.4]])
    for place in places:
        dots += (230 * np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / 18))[..., None]
    corners = np.array([[200.4, 150.2], [1400.7, 210.3], [1350.5, 1000.8], [260.1, 930.6]])
    screen = rectify(as_photo(np.rint(dots).astype(np.uint8)), quad_of(corners), policy.screen)
    back = np.linalg.inv(screen.homography)
    for place, about in zip(places, geometry.project(back, places), strict=True):
        left, top = (np.rint(about) - 14).astype(int)
        ys, xs = np.mgrid[0:29, 0:29]
        # What the homography says the patch shows: its centroid is not quite the dot's
        # middle, as a tilted view skews the dot.
        seen = geometry.project(screen.homography, np.stack([left + xs, top + ys], axis=-1))
        foretold = np.exp(-((seen - place) ** 2).sum(axis=-1) / 18)
        patch = screen.pixels[top : top + 29, left : left + 29, 1].astype(np.float64)
        for grid in (xs, ys):
            # The warp's interpolation table has steps of 1/32 px.
            middle = (patch * grid).sum() / patch.sum()
            assert middle == pytest.approx((foretold * grid).sum() / foretold.sum(), abs=1 / 32)


def test_places_out_of_the_frame_are_black(policy: Policy) -> None:
    photo = as_photo(np.full((480, 640, 3), 200, np.uint8))
    corners = geometry.screen_corners((640, 480)) - np.array([200.0, 0.0])
    screen = rectify(photo, quad_of(corners), policy.screen)
    assert not screen.pixels[:, :198].any()
    assert (screen.pixels[:, 202:] == 200).all()


@pytest.mark.parametrize("k1", [-0.08, 0.08])
def test_distorted_corners_rectify_to_straight_sides(k1: float, policy: Policy) -> None:
    size = (1200, 900)
    ideal = np.array([[150.0, 120], [1050, 150], [1030, 780], [170, 760]])
    y, x = np.mgrid[0:900, 0:1200]
    seen = np.stack([x, y], axis=-1).astype(np.float64)
    flat = geometry.undistort(seen.reshape(-1, 2), k1, size)
    to_unit = geometry.homography(ideal, np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]]))
    unit = geometry.project(to_unit, flat).reshape(900, 1200, 2)
    white = np.zeros((900, 1200, 3), np.uint8)
    white[np.all((unit > 0) & (unit < 1), axis=-1)] = 255
    mark = np.array([0.5, 0.08])
    white[np.hypot(*(unit - mark).transpose(2, 0, 1)) < 0.02] = 0
    corners = geometry.distort(ideal, k1, size)
    offsets = []
    for used in (k1, 0.0):
        screen = rectify(as_photo(white), quad_of(corners, used), policy.screen)
        width, height = screen.size_wh
        near = screen.pixels[10 : height // 4, width // 3 : 2 * width // 3, 1] < 128
        found_y, found_x = (places.mean() for places in np.nonzero(near))
        found = np.array([found_x + width // 3, found_y + 10])
        offsets.append(np.hypot(*(found - (mark * screen.size_wh - 0.5))))
        if used:
            frame = np.ones((height, width), bool)
            frame[12:-12, 12:-12] = False
            frame[:2], frame[-2:], frame[:, :2], frame[:, -2:] = False, False, False, False
            assert (screen.pixels[frame] == 255).all()
    assert offsets[0] < 0.5
    assert offsets[1] > 3.0


def test_a_scale_near_a_whole_multiple_of_a_known_grid_is_raised_to_it(policy: Policy) -> None:
    photo = as_photo(np.zeros((1600, 2000, 3), np.uint8))
    for scale, expected in ((1.94, 2.0), (1.5, 1.5), (2.0, 2.0)):
        corners = geometry.screen_corners((round(800 * scale), round(600 * scale)))
        screen = rectify(photo, quad_of(corners + 20.0), policy.screen, (800, 600))
        assert screen.size_wh == (800 * expected, 600 * expected)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_the_reading_orientation_given_is_kept(turn: int, policy: Policy) -> None:
    pixels = np.zeros((700, 900, 3), np.uint8)
    pixels[100:400, 100:500] = 90
    pixels[100:150, 100:150] = 255
    upright = np.array([[99.5, 99.5], [499.5, 99.5], [499.5, 399.5], [99.5, 399.5]])
    corners = np.roll(upright, -turn, axis=0)
    photo = as_photo(pixels)
    refined = refine(photo, quad_of(corners), policy.screen)
    assert refined is not None
    assert np.allclose(refined.corners_xy, corners, atol=0.6)
    screen = rectify(photo, quad_of(corners), policy.screen)
    assert np.array_equal(screen.quad.corners_xy, corners)
    # The bright corner was at the top left of the photo: it moves against the turn.
    rows, columns = np.nonzero(screen.pixels[..., 1] > 200)
    middle = np.array([columns.mean() / screen.size_wh[0], rows.mean() / screen.size_wh[1]])
    expected = {1: (0.0, 1.0), 2: (1.0, 1.0), 3: (1.0, 0.0)}
    # Turned by one, the second corner reads as the top left and the first as the bottom left.
    assert np.abs(middle - np.array(expected[turn])).max() < 0.15


@pytest.mark.parametrize("aspect_wh", [(1024, 768), (1920, 1080), (1280, 800), (1280, 1024)])
def test_the_display_grid_of_its_shape_is_chosen(
    aspect_wh: tuple[int, int], policy: Policy
) -> None:
    rng = np.random.default_rng(3)
    made = compose(rng, desktop(rng, aspect_wh), np.full((90, 120, 3), 90, np.uint8))
    screen = rectify(made.photo, quad_of(made.corners_xy), policy.screen)
    width, height = screen.export_size_wh
    assert width / height == pytest.approx(made.aspect, rel=0.01)
    assert not screen.export_size_sure
    known = rectify(made.photo, quad_of(made.corners_xy), policy.screen, (800, 600))
    assert known.export_size_wh == (800, 600)
    assert known.export_size_sure


def test_no_camera_pixel_is_lost_and_the_cap_holds(policy: Policy) -> None:
    photo = as_photo(np.zeros((3000, 4000, 3), np.uint8))
    corners = np.array([[300.0, 200], [3700, 500], [3700, 2500], [300, 2800]])
    screen = rectify(photo, quad_of(corners), policy.screen)
    assert screen.size_wh[1] >= 2590 * 0.97 or max(screen.size_wh) == policy.screen.max_side_px
    assert max(screen.size_wh) <= policy.screen.max_side_px


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-400, 800), st.floats(-400, 800)), min_size=4, max_size=4).map(
        np.array
    )
)
def test_degenerate_quads_are_refused_not_crashed(policy: Policy, quad: np.ndarray) -> None:
    photo = as_photo(np.full((240, 320, 3), 80, np.uint8))
    refined = refine(photo, quad_of(quad), policy.screen)
    assert refined is None or np.isfinite(refined.corners_xy).all()
    try:
        screen = rectify(photo, quad_of(quad), policy.screen)
    except ValueError:
        return
    assert np.isfinite(screen.homography).all()
    assert 0.0 <= screen.tilt_deg <= 90.0


def test_colour_profiles_are_applied_and_broken_ones_ignored() -> None:
    pixels = np.full((4, 4, 3), (200, 40, 40), np.uint8)
    assert to_srgb(pixels, b"no profile") is pixels
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert to_srgb(pixels, lab) is pixels
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.abs(to_srgb(pixels, srgb).astype(int) - pixels).max() <= 1


def test_a_photo_with_a_broken_profile_is_still_rectified(policy: Policy) -> None:
    pixels = np.full((240, 320, 3), 80, np.uint8)
    photo = Photo(pixels=pixels, sha256="0", format="png", icc_profile=b"broken")
    screen = rectify(photo, quad_of(geometry.screen_corners((320, 240))), policy.screen)
    assert (screen.pixels == 80).all()


def test_the_lens_is_undone_as_by_exact_maps(policy: Policy) -> None:
    rng = np.random.default_rng(4)
    size = (1000, 750)
    coarse = rng.integers(0, 255, (150, 200, 3), dtype=np.uint8)
    pixels = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    ideal = np.array([[120.0, 90], [900, 130], [870, 660], [140, 690]])
    corners = geometry.distort(ideal, 0.03, size)
    screen = rectify(as_photo(pixels), quad_of(corners, 0.03), policy.screen)
    width, height = screen.size_wh
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float64)
    seen = geometry.distort(geometry.project(screen.homography, grid), 0.03, size)
    x, y = (seen[..., axis].astype(np.float32) for axis in (0, 1))
    exact = np.asarray(cv2.remap(pixels, x, y, cv2.INTER_CUBIC)).astype(int)
    # A place on the verge of two steps of 1/32 px may go to the other one.
    assert np.abs(exact - screen.pixels).mean() < 0.2
    assert np.mean(np.abs(exact - screen.pixels) > 2) < 1e-3


@pytest.mark.parametrize("size_wh", [(101, 77), (333, 250), (640, 480), (2000, 1500)])
def test_shrinking_by_halves_is_shrinking_by_area(size_wh: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 255, (75, 100, 3), dtype=np.uint8)
    pixels = np.asarray(cv2.resize(coarse, (2000, 1500), interpolation=cv2.INTER_CUBIC), np.uint8)
    direct = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA).astype(int)
    found = reduced(pixels, size_wh).astype(int)
    assert found.shape == direct.shape
    # Half pixels at the rim of a cell are told apart no longer, and halves are rounded.
    assert np.abs(found - direct).mean() < 2.5
    assert np.abs(found - direct).max() <= 25
