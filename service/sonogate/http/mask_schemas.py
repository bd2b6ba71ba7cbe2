"""What a reviewer sends to have more of a picture masked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sonogate.http.schemas import ReasonIn

# Beyond the largest picture there is, so that a mask may reach over its edges.
_Pixel = Annotated[float, Field(ge=-16384.0, le=32768.0, allow_inf_nan=False)]


class MaskIn(BaseModel):
    """A place that is to be filled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    polygon: tuple[tuple[_Pixel, _Pixel], ...] = Field(
        min_length=3, max_length=64, description="Corners (x, y) in pixels of the picture."
    )
    kind: Literal["name", "number", "date", "institution", "text", "face"] = Field(
        default="text", description="What shows there."
    )


class MasksIn(ReasonIn):
    """Places that are to be filled, and why."""

    masks: tuple[MaskIn, ...] = Field(min_length=1, max_length=64)
