"""Settings of the service, from environment variables named ``SONOGATE_*``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the service."""

    model_config = SettingsConfigDict(env_prefix="SONOGATE_", frozen=True, extra="ignore")

    workers: int = Field(
        default=1, ge=1, le=64, description="Photos assessed at once; each loads its own models."
    )
    waiting: int = Field(default=4, ge=0, le=1000, description="Photos that may wait for a worker.")
    threads: int | None = Field(
        default=None, ge=1, le=256, description="Threads inside one network; unset for every core."
    )
    upload_seconds: float = Field(default=30.0, gt=0, description="Time a body may take to arrive.")
    retry_after_s: int = Field(
        default=2, ge=1, description="What a client that is turned away is told, at least."
    )
    link_seconds: float = Field(
        default=300.0, gt=0, description="Life of a link to a masked picture."
    )
    link_count: int = Field(default=32, ge=1, description="Masked pictures held at once.")
    link_bytes: int = Field(
        default=128 * 1024 * 1024, ge=1, description="Bytes of masked pictures held at once."
    )
    language: str = Field(default="en", description="Language of the prompts.")
    policy: Path | None = Field(default=None, description="A policy file instead of the package's.")

    data: Path | None = Field(
        default=None, description="Folder of the records; unset to keep no records."
    )
    database_url: str | None = Field(
        default=None,
        description="postgresql://… or sqlite:///…; the default is a file in the data folder.",
        repr=False,
    )
    blob_url: str | None = Field(
        default=None,
        description="s3://BUCKET/PREFIX or file:///…; the default is in the data folder.",
    )
    key_file: Path | None = Field(
        default=None, description="File of the keys; the default is in the data folder."
    )
    assess_open: bool | None = Field(
        default=None,
        description="Whether /v1/assess asks for no credentials; unset for: when no records "
        "are kept.",
    )
    oidc_issuer: str | None = Field(default=None, description="Whose access tokens are taken.")
    oidc_audience: str = Field(default="sonogate", description="What they must be meant for.")
    oidc_jwks_url: str | None = Field(default=None, description="Where the issuer's keys are.")
    oidc_organisation_claim: str = Field(
        default="organisation", description="Claim that names the client's organisation."
    )
    requests_per_minute: int = Field(
        default=600, ge=1, description="Requests of one client in any minute."
    )
    photos_per_day: int = Field(default=2000, ge=1, description="Photos of one client in a day.")
    picture_link_seconds: int = Field(
        default=300, ge=1, le=86400, description="Life of a link to a stored picture."
    )
    session_seconds: int = Field(
        default=8 * 3600, ge=1, le=86400, description="Life of a page's session."
    )
    authority: Path | None = Field(
        default=None,
        description="Folder of the image authority's keys, made where there is none; the "
        "default is in the data folder.",
    )
    organisation_name: str = Field(
        default="sonogate",
        min_length=1,
        max_length=64,
        description="Whose image authority is made; stands in every signed picture.",
    )
    destinations: Path | None = Field(
        default=None, description="TOML file of the archives that pictures may be sent to."
    )
    hsts: bool = Field(
        default=False,
        description="Whether browsers are told to use TLS alone; set by itself with TLS, to be "
        "set where a proxy has it.",
    )
