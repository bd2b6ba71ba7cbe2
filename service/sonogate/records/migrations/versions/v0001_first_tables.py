"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "attempts",
        sa.Column("submission_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("released", sa.String(length=24), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(length=400), nullable=False),
        sa.Column("policy_version", sa.String(length=100), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("image_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("submission_id", "number", name=op.f("pk_attempts")),
    )
    op.create_index(
        op.f("ix_attempts_organisation_created_at"),
        "attempts",
        ["organisation", "created_at"],
        unique=False,
    )
    op.create_table(
        "audit",
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "sequence", name=op.f("pk_audit")),
    )
    op.create_index(
        op.f("ix_audit_organisation_subject"), "audit", ["organisation", "subject"], unique=False
    )
    op.create_table(
        "chain_heads",
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_chain_heads")),
    )
    op.create_table(
        "clients",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
    )
    op.create_table(
        "idempotency",
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("client", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "client", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "images",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("submission_id", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("limits", sa.String(length=100), nullable=False),
        sa.Column("fidelity", sa.Float(), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.String(length=100), nullable=False),
        sa.Column("original_hmac", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("state_reason", sa.String(length=500), nullable=True),
        sa.Column("state_at", sa.BigInteger(), nullable=True),
        sa.Column("superseded_by", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("blob", sa.String(length=100), nullable=True),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
    )
    op.create_index(op.f("ix_images_blob"), "images", ["blob"], unique=False)
    op.create_index(
        op.f("ix_images_organisation_created_at_id"),
        "images",
        ["organisation", "created_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_images_sha256"), "images", ["sha256"], unique=False)
    op.create_index(op.f("ix_images_submission_id"), "images", ["submission_id"], unique=False)
    op.create_table(
        "scores",
        sa.Column("image_id", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=24), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("image_id", "measure", name=op.f("pk_scores")),
    )
    op.create_index(op.f("ix_scores_measure_score"), "scores", ["measure", "score"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("case_reference", sa.String(length=64), nullable=True),
        sa.Column("sealed_consent", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_context", sa.LargeBinary(), nullable=True),
        sa.Column("device_maker", sa.String(length=100), nullable=True),
        sa.Column("device_model", sa.String(length=100), nullable=True),
        sa.Column("device_kind", sa.String(length=16), nullable=True),
        sa.Column("site", sa.String(length=100), nullable=True),
        sa.Column("probe", sa.String(length=100), nullable=True),
        sa.Column("preset", sa.String(length=100), nullable=True),
        sa.Column("export_width", sa.Integer(), nullable=True),
        sa.Column("export_height", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    op.create_index(
        op.f("ix_submissions_organisation_created_at_id"),
        "submissions",
        ["organisation", "created_at", "id"],
        unique=False,
    )


def downgrade() -> None:
    """Remove them, and all that is on record."""
    for name in (
        "attempts",
        "audit",
        "chain_heads",
        "clients",
        "idempotency",
        "images",
        "scores",
        "submissions",
    ):
        op.drop_table(name)
