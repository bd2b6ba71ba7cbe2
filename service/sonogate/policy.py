"""``models/policy.toml`` as a frozen value.

Every threshold and calibration curve lives there and nowhere else. An unknown key, a
missing key or a value of the wrong type is an error: a misspelt threshold must not be
silently ignored.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import tomllib
import types as pytypes
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from sonogate.errors import PolicyError
from sonogate.types import MEASURE_NAMES, Limit, MeasureName, ReasonCode

_Section = TypeVar("_Section")
_LARGEST_INTEGER = 2**63 - 1  # TOML 1.0 promises no more


@dataclass(frozen=True, slots=True)
class PhotoPolicy:
    """Limits on a file before and after decoding.

    Attributes:
        max_bytes: Largest file accepted.
        max_pixels: Most pixels accepted, as declared and as decoded.
        min_side_px: Shortest side below which a picture is refused.
        decode_seconds: Time the sandboxed decoder may take.
        decode_memory_bytes: Address space the sandboxed decoder may take.
        max_icc_bytes: Largest colour profile accepted.
        max_jpeg_scans: Most scans of a JPEG accepted.
    """

    max_bytes: int
    max_pixels: int
    min_side_px: int
    decode_seconds: float
    decode_memory_bytes: int
    max_icc_bytes: int
    max_jpeg_scans: int


@dataclass(frozen=True, slots=True)
class LocatorPolicy:
    """How the learned locator reads its network's maps.

    Attributes:
        hopeless_logit: Logit of a display at the whole photo below which no closer look is
            taken.
        least_agreement: Overlap (0–1) of two looks' quads from which the closer one is taken.
        turned_log_odds: By how much four looks must outweigh the first for another side of
            the display to be up: displays are rarely photographed turned.
        least_peak: Probability of a canvas cell from which a fifth and sixth peak of the
            corner maps are considered.
        mirrored_log_odds: Log odds of a display seen in a mirror, before its peaks are read.
        doubtful_overlap: Overlap (0–1) of quad and mask below which the mask's outline is
            tried as a quad.
        better_overlap: By how much that must overlap the mask better to be taken.
    """

    hopeless_logit: float
    least_agreement: float
    turned_log_odds: float
    least_peak: float
    mirrored_log_odds: float
    doubtful_overlap: float
    better_overlap: float


@dataclass(frozen=True, slots=True)
class ConfidencePolicy:
    """Two logistic regressions of "the refined quad overlaps the display by more than 0.95".

    Attributes:
        intercept: Of the confidence when two locators were asked.
        belief: Weight of the log odds of the deciding one's own confidence.
        agreement: Weight of -log(1.005 - overlap of both quads).
        refined_intercept: Of the confidence after the refinement.
        refined_belief: Weight of the log odds of the confidence before it.
        refined_support: Weight of the share of the sides that shows a believed edge.
    """

    intercept: float
    belief: float
    agreement: float
    refined_intercept: float
    refined_belief: float
    refined_support: float


@dataclass(frozen=True, slots=True)
class ScreenPolicy:
    """Where a display counts as found, and how it is rectified.

    Attributes:
        min_confidence: Confidence (0–100) below which the classical locator finds no screen.
        least_presence: Belief (0–1) in a display from which the learned locator finds one.
        suspected_presence: Belief (0–1) in a display from which the edges are asked to
            confirm one that the learned locator doubts.
        doubtful_confidence: Confidence (0–100) of the learned locator's quad below which that
            of the edges is taken where both mean the same display.
        whole_fraction: Visible share (0–1) of the learned locator's quad from which that can be.
        confirming_overlap: Overlap (0–1) of both quads from which they mean the same display.
        same_display_overlap: Overlap from which the edges' quad is taken as the finer one.
        min_ultrasound: Belief (0–1) below which what is displayed is no ultrasound picture.
        min_scan_agreement: Overlap (0–1) of the outlined scan area with the one that the
            locator saw below which the locator's is taken.
        min_coarse_belief: Belief (0–1) in an ultrasound picture from which the locator's scan
            area is considered.
        scan_top: Share of the display's height at its top that the locator's scan area is
            kept out of: machines write names there.
        scan_bottom: The same at its bottom.
        max_side_px: Longest side of a rectified picture.
        formats_wh: Pixel grids that displays have, commonest first for equal shapes.
        format_tolerance: Relative error of the aspect ratio within which a grid is taken.
        grid_prominence: How far a display's own pixel grid must stand out of the photo's
            spectrum to be taken for measured, natural logarithms of power.
        grid_margin: How far it must stand out beyond the next format's, the same unit.
        min_edge_support: Share of a side (0–1) that must show an edge for it to be moved.
        min_edge_belief: Belief (0–1) that an edge is the display's for a side to be moved.
        locator: How the learned locator reads its maps.
        confidence: How sure a quad is.
    """

    min_confidence: float
    least_presence: float
    suspected_presence: float
    doubtful_confidence: float
    whole_fraction: float
    confirming_overlap: float
    same_display_overlap: float
    min_ultrasound: float
    min_scan_agreement: float
    min_coarse_belief: float
    scan_top: float
    scan_bottom: float
    max_side_px: int
    formats_wh: tuple[tuple[int, int], ...]
    format_tolerance: float
    grid_prominence: float
    grid_margin: float
    min_edge_support: float
    min_edge_belief: float
    locator: LocatorPolicy
    confidence: ConfidencePolicy


@dataclass(frozen=True, slots=True)
class ScoreCurve:
    """A sigmoid from native values to 0–100 (the OFIQ form, ISO/IEC 29794-5).

    Attributes:
        x50: Native value at score 50, the limit of acceptance.
        x90: Native value at score 90, as good as the export.
    """

    x50: float
    x90: float

    def __post_init__(self) -> None:
        if self.x50 == self.x90:
            raise PolicyError("a score curve needs x50 and x90 to differ")

    def score(self, raw: float) -> float:
        """Return the score 0–100 of native value ``raw``, rounded to a tenth."""
        width = (self.x90 - self.x50) / math.log(9.0)
        exponent = min(max(-(raw - self.x50) / width, -700.0), 700.0)
        return round(100.0 / (1.0 + math.exp(exponent)), 1)


@dataclass(frozen=True, slots=True)
class MeasuresPolicy:
    """One score curve a measure."""

    sampling: ScoreCurve
    sharpness: ScoreCurve
    motion: ScoreCurve
    glare: ScoreCurve
    veil: ScoreCurve
    moire: ScoreCurve
    exposure: ScoreCurve
    noise: ScoreCurve
    colour: ScoreCurve
    perspective: ScoreCurve
    compression: ScoreCurve
    completeness: ScoreCurve


@dataclass(frozen=True, slots=True)
class FidelityPolicy:
    """How HaarPSI is predicted: by the model, and from the measures alone where it is absent.

    Attributes:
        half_width_deviations: Half the width of the model's 90% interval, its own standard
            deviations.
        intercept: Log odds of the fidelity where every measure is at its x90.
        weights: Log odds lost for one measure at its x50; measures that are absent do not count.
        half_width: Half the width of the 90% interval, points.
        half_width_per_failure: Points more for each measure that could not be assessed.
    """

    half_width_deviations: float
    intercept: float
    weights: Mapping[str, float]
    half_width: float
    half_width_per_failure: float


@dataclass(frozen=True, slots=True)
class VerdictPolicy:
    """How measures become a verdict.

    Attributes:
        retake_below: Score below which a measure asks for a retake.
        limit_below: Score below which a measure limits what the picture is good for.
        min_fidelity: Predicted fidelity below which a retake is asked for.
        gain_tie: Gains that differ by less, in points of fidelity, count as equal.
        place_share: Share of the screen (0–1) beyond which a fault is said to be everywhere
            and no place is named.
        side_ratio: Relative difference of two opposite sides of the quad from which it is
            said which of them is farther away.
        edge_margin: Distance from the photo's edge, as a share of the photo's side, within
            which a side of the quad is taken for cut off: nothing shows that the screen
            ends there.
        essential: Measures without which no photo is accepted.
        limits: What the picture is not good for, by the measure that is mediocre or could
            not be assessed.
    """

    retake_below: float
    limit_below: float
    min_fidelity: float
    gain_tie: float
    place_share: float
    side_ratio: float
    edge_margin: float
    essential: tuple[MeasureName, ...]
    limits: Mapping[str, Limit]

    def __post_init__(self) -> None:
        if not 0.0 <= self.retake_below <= self.limit_below <= 100.0:
            raise PolicyError("verdict: need 0 ≤ retake_below ≤ limit_below ≤ 100")
        if set(self.limits) != set(MEASURE_NAMES):
            raise PolicyError("verdict.limits: needs each of the twelve measures")


@dataclass(frozen=True, slots=True)
class SiteKeeps:
    """What a site keeps beside the clinical.

    Attributes:
        machine: Names of makers and machines.
        times: Times of day, alone or with their date; a date alone is never kept.
        operator: Who held the probe, in a field that says so.
    """

    machine: bool
    times: bool
    operator: bool


@dataclass(frozen=True, slots=True)
class IdentifiersPolicy:
    """How text is found, what of it a site keeps, and when masking can be trusted.

    Attributes:
        canvas_px_per_export_px: Size of the picture that is searched at scale 1.
        canvas_max_side_px: Longest side of that picture.
        passes: Scales at which the screen is searched.
        core_threshold: Probability above which a pixel belongs to a line of text, 0–1.
        line_threshold: Probability that a line reaches somewhere, 0–1.
        merge_cover: Share of a box that earlier ones must cover to make it no news.
        max_text_height_fraction: Share of the screen's height above which a box is no text.
        max_lone_height_fraction: Share of the screen's height above which one letter alone in
            the scan area is anatomy.
        min_text_height_px: Canvas pixels below which a box is masked unread.
        min_read_confidence: Detector's confidence below which a box is masked unread.
        min_upright_confidence: Confidence, 0–1, that at least one run has on an upright screen.
        min_upright_letters: Letters and digits that such a run has at least where it is
            clinical.
        min_upright_unknown_letters: Letters that it has at least where it is not.
        min_keep_confidence: Lowest confidence of any character of a kept run, 0–1.
        min_measured_confidence: The same for a value with its unit or label.
        min_write_confidence: Confidence from which a run counts as writing that taints what
            is near it, 0–1.
        min_blur_confidence: Confidence of the runs that blur is measured on, 0–1.
        min_blur_contrast: Contrast of those runs, 8-bit codes.
        max_text_blur_px: Blur (sigma, export pixels) up to which all text is found.
        max_blur_per_height: The same as a share of the height of small text's boxes.
        min_plausible_height_px: Height that small text's boxes have at least, export pixels.
        header_fraction: Share of the screen's height that is its header.
        footer_fraction: Share of the screen's height that is its footer.
        context_lines: Distance in line heights within which identifiers taint a run.
        scan_sure_confidence: The finder's confidence from which a line in the scan area is
            writing though nothing was read, 0–1.
        scan_small_height_px: Height up to which it may be seen on the enlarged canvas alone,
            export pixels, with the finder's margin.
        scan_seen_cover: Share of a higher line's box that a search at the display's own scale
            must see too, 0–1.
        scan_read_confidence: Confidence of a reading from which letters in the scan area are
            writing, 0–1.
        scan_letter_confidence: Confidence of a reading below which its letters are none, 0–1.
        scan_found_confidence: The detector's confidence from which such letters suffice, 0–1.
        scan_line_margin: Line heights by which a masked line in the scan area is prolonged on
            either side, as its ends may have been missed.
        scan_end_margin: The same where nothing beyond the end looks like more of the line.
        scan_end_ink: Steepness of what looks like more of a line, of the line's own, 0–1.
        mask_margin_px: Margin around masked runs, export pixels.
        keep_margin_px: Margin around kept runs, export pixels; where it meets a masked run,
            the mask wins.
        fill_grey: Grey level of the fill, 8-bit code.
        check_side_px: Longest side of the picture that the check searches.
        check_map_threshold: Probability above which a pixel is text to the check, 0–1.
        check_box_threshold: Mean probability above which a box is text to the check, 0–1.
        check_unread_confidence: The detector's confidence from which a line left over is
            writing though nothing was read, 0–1.
        max_unaccounted: Visible, unknown share of a run above which the check fails.
        max_seconds: Time that reading and masking may take; then the masking is unsure.
        page_lines: Lines of text from which a screen without a scan area is a page of text.
        page_line_confidence: The finder's confidence of such a line at least, 0–1.
        page_lines_beside: Lines beside a scan area from which the screen is a page of text
            with a picture on it.
        keeps: What the site keeps beside the clinical.
    """

    canvas_px_per_export_px: float
    canvas_max_side_px: int
    passes: tuple[float, ...]
    core_threshold: float
    line_threshold: float
    merge_cover: float
    max_text_height_fraction: float
    max_lone_height_fraction: float
    min_text_height_px: float
    min_read_confidence: float
    min_upright_confidence: float
    min_upright_letters: int
    min_upright_unknown_letters: int
    min_keep_confidence: float
    min_measured_confidence: float
    min_write_confidence: float
    min_blur_confidence: float
    min_blur_contrast: float
    max_text_blur_px: float
    max_blur_per_height: float
    min_plausible_height_px: float
    header_fraction: float
    footer_fraction: float
    context_lines: float
    scan_sure_confidence: float
    scan_small_height_px: float
    scan_seen_cover: float
    scan_read_confidence: float
    scan_letter_confidence: float
    scan_found_confidence: float
    scan_line_margin: float
    scan_end_margin: float
    scan_end_ink: float
    mask_margin_px: float
    keep_margin_px: float
    fill_grey: int
    check_side_px: int
    check_map_threshold: float
    check_box_threshold: float
    check_unread_confidence: float
    max_unaccounted: float
    max_seconds: float
    page_lines: int
    page_line_confidence: float
    page_lines_beside: int
    keeps: SiteKeeps


@dataclass(frozen=True, slots=True)
class CalibrationPolicy:
    """Which photos are bad by their truth, and how seldom the gate may accept one.

    Attributes:
        min_fidelity: True HaarPSI times 100 below which a photo is bad.
        min_mtf50: True MTF50, cycles per export pixel, below which it is.
        max_glare_pct: True share of the scan's content under reflections above which it is.
        max_clipped_pct: True share of the scan area that is clipped above which it is.
        max_occluded_pct: True share behind an occluder above which it is.
        min_visible_pct: Share of the screen in the frame below which it is.
        risk: Largest share of the bad among the accepted.
        confidence: How surely, 0–1.
    """

    min_fidelity: float
    min_mtf50: float
    max_glare_pct: float
    max_clipped_pct: float
    max_occluded_pct: float
    min_visible_pct: float
    risk: float
    confidence: float


@dataclass(frozen=True, slots=True)
class PairedPolicy:
    """When a photo counts as registered to its direct export.

    Attributes:
        min_correlation: Enhanced correlation coefficient below which they do not belong
            together, or cannot be brought together.
        max_shift_px: Estimated misregistration, export pixels, root mean square, above
            which the full-reference figures are marked as not to be trusted.
    """

    min_correlation: float
    max_shift_px: float


@dataclass(frozen=True, slots=True)
class SubmissionPolicy:
    """How many tries a submission has, and what the last of them may let through.

    Attributes:
        retry_cap: Attempt from which on a picture that is poor but safe passes.
        max_attempts: Attempt after which a submission is closed.
        max_photos: Most photos of one burst.
        max_total_bytes: Most bytes of one burst.
        cap_limits: What a picture that passes by the cap is not good for.
        cap_passes: Reasons that the cap overrides; with any other the picture never passes.
    """

    retry_cap: int
    max_attempts: int
    max_photos: int
    max_total_bytes: int
    cap_limits: tuple[Limit, ...]
    cap_passes: tuple[ReasonCode, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.retry_cap <= self.max_attempts or self.max_photos < 1:
            raise PolicyError("submission: need 1 ≤ retry_cap ≤ max_attempts and a photo")


@dataclass(frozen=True, slots=True)
class GuidancePolicy:
    """When the capture page gives a hint, and when it lets the shutter go.

    What it shares with the verdict (distance, tilt, completeness, whether an ultrasound
    picture is shown) has its limits there.

    Attributes:
        least_presence: Belief (0–1) in a display from which its outline is drawn.
        max_blur: Blur of a frame (0–1, Crété et al. 2007) from which it is out of focus.
        glare_luma: Luma (0–255) that a part of the display is nowhere darker than where
            light is reflected in it.
        glare_rise: By how much that is brighter than the darkest of most other parts.
        max_reflected_pct: Share of the parts, %, from which it matters.
        flooded_pct: Share of the display without any grey level left, %, from which it is
            too bright altogether.
        min_white: Luma (0–255) that the brightest hundredth of the display must reach.
        max_motion: Motion of the corners between frames, share of the display's diagonal a
            second, from which the hand shakes.
        steady_s: How long all must be good before the shutter goes.
        dwell_s: How long a hint stays at least.
        help_s: Time without a good frame after which more help is offered.
        queue_s: Life of a photo in the waiting queue.
    """

    least_presence: float
    max_blur: float
    glare_luma: float
    glare_rise: float
    max_reflected_pct: float
    flooded_pct: float
    min_white: float
    max_motion: float
    steady_s: float
    dwell_s: float
    help_s: float
    queue_s: float


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """What is known of an ultrasound machine's display.

    Attributes:
        export_wh: Pixels of its screen and of its exports.
    """

    export_wh: tuple[int, int]

    def __post_init__(self) -> None:
        if min(self.export_wh) < 1:
            raise PolicyError("devices: a display has pixels on both sides")


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy.

    Attributes:
        version: Written into every result, with the digest of the file behind it.
        devices: The site's machines by the names that it gives them.
    """

    version: str
    photo: PhotoPolicy
    screen: ScreenPolicy
    measures: MeasuresPolicy
    fidelity: FidelityPolicy
    identifiers: IdentifiersPolicy
    verdict: VerdictPolicy
    paired: PairedPolicy
    calibration: CalibrationPolicy
    submission: SubmissionPolicy
    guidance: GuidancePolicy
    devices: Mapping[str, DeviceProfile]


def default_policy() -> Policy:
    """Return the policy that ships with the package."""
    return parse_policy(resources.files("sonogate.models").joinpath("policy.toml").read_bytes())


def load_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        PolicyError: It cannot be read, or has an unknown, missing or impossible entry.
    """
    try:
        return parse_policy(path.read_bytes())
    except OSError as error:
        raise PolicyError(f"cannot read the policy file: {error.strerror}") from error


def parse_policy(text: bytes) -> Policy:
    """Parse the bytes of a policy file (TOML, UTF-8).

    Raises:
        PolicyError: It has an unknown, missing or impossible entry.
    """
    try:
        table = tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # Beside what is no TOML: numbers and nesting without end.
        raise PolicyError(f"the policy is not TOML: {error}") from error
    if isinstance(table.get("version"), str):
        table["version"] += "+" + hashlib.sha256(text).hexdigest()[:12]
    return _section(Policy, table, "policy")


def _section(cls: type[_Section], table: Any, where: str) -> _Section:
    if not isinstance(table, dict):
        raise PolicyError(f"{where}: expected a table")
    hints = typing.get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    if unknown := sorted(set(table) - set(names)):
        raise PolicyError(f"{where}: unknown {', '.join(unknown)}")
    if missing := [name for name in names if name not in table]:
        raise PolicyError(f"{where}: missing {', '.join(missing)}")
    return cls(**{name: _value(hints[name], table[name], f"{where}.{name}") for name in names})


def _value(hint: Any, value: Any, where: str) -> Any:
    """Convert TOML's ``value`` to what the type ``hint`` asks for."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return _section(typing.cast(type[Any], hint), value, where)
    if origin is tuple:
        return _tuple(arguments, value, where)
    if origin is Mapping:
        if not isinstance(value, dict):
            raise PolicyError(f"{where}: expected a table")
        items = {key: _value(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
        return pytypes.MappingProxyType(items)
    if origin is typing.Literal:
        if value not in arguments:
            raise PolicyError(f"{where}: expected one of {', '.join(map(str, arguments))}")
        return value
    if type(value) is int and abs(value) > _LARGEST_INTEGER:
        raise PolicyError(f"{where}: expected an integer of 64 bits")
    if hint is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if type(value) is hint and hint in (int, str, bool):
        return value
    raise PolicyError(f"{where}: expected {getattr(hint, '__name__', hint)}")


def _tuple(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise PolicyError(f"{where}: expected a list")
    if arguments[-1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(value) != len(arguments):
        raise PolicyError(f"{where}: expected {len(arguments)} entries")
    pairs = zip(arguments, value, strict=True)
    return tuple(_value(hint, item, f"{where}[{i}]") for i, (hint, item) in enumerate(pairs))
