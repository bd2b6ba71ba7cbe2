"""Who may do what: every endpoint against every attacker, and the keys of an OIDC provider."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.http.issuer import AUDIENCE, ISSUER, Issuer, issuing
from tests.http.kit import GOOD, OTHER_ORG, Hospital, hospital
from tests.http.test_service import problem

from sonogate.http import Settings
from sonogate.http.access import Scope
from sonogate.http.errors import NoProviderError, UnauthenticatedError
from sonogate.http.oidc import FRESH_S, PAUSE_S, KeySet, OidcAuthenticator, fetch_from
from sonogate.records import clients

_ID = "0" * 32


@dataclass(frozen=True)
class Endpoint:
    """One operation: how it is called, and by whom it may be."""

    method: str
    path: str
    scopes: frozenset[Scope]
    body: dict[str, Any] | None = None


def _only(*scopes: Scope) -> frozenset[Scope]:
    return frozenset(scopes)


_WHY = {"reason": "for a good reason"}
ENDPOINTS = [
    Endpoint("POST", "/v1/submissions", _only(Scope.SUBMIT), {"purpose": "direct_care"}),
    Endpoint("GET", "/v1/submissions", _only(Scope.SUBMIT, Scope.REVIEW)),
    Endpoint("GET", "/v1/submissions/{submission}", _only(Scope.SUBMIT, Scope.REVIEW)),
    Endpoint("GET", "/v1/submissions/{submission}/attempts", _only(Scope.SUBMIT, Scope.REVIEW)),
    Endpoint("POST", "/v1/submissions/{submission}/photos", _only(Scope.SUBMIT)),
    Endpoint("DELETE", "/v1/submissions/{submission}", _only(Scope.ADMIN), _WHY),
    Endpoint("GET", "/v1/images", _only(Scope.REVIEW)),
    Endpoint("GET", "/v1/reassessment", _only(Scope.REVIEW)),
    Endpoint("GET", "/v1/images/{image}", _only(Scope.SUBMIT, Scope.REVIEW)),
    Endpoint("GET", "/v1/images/{image}/file", _only(Scope.SUBMIT, Scope.REVIEW)),
    Endpoint("POST", "/v1/images/{image}/links", _only(Scope.REVIEW)),
    Endpoint("POST", "/v1/images/{image}/recall", _only(Scope.REVIEW), _WHY),
    Endpoint(
        "POST",
        "/v1/images/{image}/supersede",
        _only(Scope.REVIEW),
        {**_WHY, "superseded_by": f"img_{_ID}"},
    ),
    Endpoint("GET", "/v1/images/{image}/thumbnail", _only(Scope.REVIEW)),
    Endpoint(
        "POST",
        "/v1/images/{image}/masks",
        _only(Scope.REVIEW),
        {**_WHY, "masks": [{"polygon": [[0, 0], [1, 0], [1, 1]]}]},
    ),
    Endpoint("GET", "/v1/limits", _only(Scope.REVIEW)),
    Endpoint("POST", "/v1/sessions", frozenset(Scope), {}),
    Endpoint("GET", "/v1/audit", _only(Scope.ADMIN)),
    Endpoint("GET", "/v1/statistics", _only(Scope.RESEARCH)),
    Endpoint("GET", "/v1/statistics/attempts", _only(Scope.RESEARCH)),
    Endpoint("GET", "/metrics", _only(Scope.ADMIN)),
    Endpoint("POST", "/v1/assess", _only(Scope.SUBMIT)),
    Endpoint("POST", "/v1/guidance", _only(Scope.SUBMIT)),
]


@dataclass(frozen=True)
class World:
    place: Hospital
    issuer: Issuer
    submission: str
    image: str

    def call(self, endpoint: Endpoint, headers: dict[str, str], **ids: str) -> httpx.Response:
        known = {"submission": self.submission, "image": self.image, **ids}
        if endpoint.path.endswith(("/photos", "/assess", "/guidance")):
            body: dict[str, Any] = {
                "content": GOOD,
                "headers": {**headers, "content-type": "image/jpeg"},
            }
        else:
            body = {"json": endpoint.body, "headers": headers}
        return self.place.client.request(endpoint.method, endpoint.path.format(**known), **body)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with issuing() as issuer:
        issuer.rotate("first")
        settings = Settings(
            oidc_issuer=ISSUER, oidc_jwks_url=issuer.url, requests_per_minute=100_000
        )
        with hospital(tmp_path_factory.mktemp("world"), settings) as place:
            owner = place.key(*Scope)
            submission = place.submit(owner).json()["id"]
            image = place.try_photo(owner, submission, GOOD).json()["image_id"]
            # Known to the service from now on.
            made_up = place.client.get(
                "/v1/submissions", headers={"authorization": f"Bearer {issuer.token('first')}"}
            )
            assert made_up.status_code == 200
            yield World(place, issuer, submission, image)


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _unsigned(claims: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'kid': 'first'})}.{part(claims)}."


def attackers(world: World) -> dict[str, dict[str, str]]:
    """Return the headers of requests that must be refused as unauthenticated."""
    issuer, storage, now = world.issuer, world.place.storage, int(time.time())
    revoked = clients.add(storage, "north", "lost", frozenset(Scope), None, "system")
    clients.revoke(storage, "north", revoked.client.id, "system", "lost")
    expired = clients.add(storage, "north", "old", frozenset(Scope), storage.clock(), "system")
    private, _ = issuer.keys["first"]
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    stranger = ec.generate_private_key(ec.SECP256R1())
    good = issuer.token("first")
    head, claims, signature = good.split(".")
    raised = (
        base64.urlsafe_b64encode(json.dumps(Issuer.claims(organisation=OTHER_ORG)).encode())
        .decode()
        .rstrip("=")
    )
    confused = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"first"}').decode().rstrip("=")
    mac = hmac.new(public, f"{confused}.{claims}".encode(), hashlib.sha256).digest()
    return {
        "nothing": {},
        "empty bearer": {"authorization": "Bearer "},
        "another scheme": {"authorization": "Basic bm9ydGg6bm9ydGg="},
        "a key as the scheme": {"authorization": revoked.key},
        "made-up key": _bearer("sgk_0123456789abcdef_" + "x" * 43),
        "revoked key": _bearer(revoked.key),
        "expired key": _bearer(expired.key),
        "wrong issuer": _bearer(issuer.token("first", iss="https://identity.example/other")),
        "wrong audience": _bearer(issuer.token("first", aud="billing")),
        "no audience": _bearer(issuer.token("first", aud=None)),
        "expired token": _bearer(issuer.token("first", exp=now - 60)),
        "token without end": _bearer(issuer.token("first", exp=None)),
        "token of tomorrow": _bearer(issuer.token("first", nbf=now + 86400)),
        "issued tomorrow": _bearer(issuer.token("first", iat=now + 86400)),
        "no organisation": _bearer(issuer.token("first", organisation=None)),
        "organisations": _bearer(issuer.token("first", organisation=["north", OTHER_ORG])),
        "no subject": _bearer(issuer.token("first", sub=None)),
        "unsigned": _bearer(_unsigned(Issuer.claims())),
        "public key as secret": _bearer(
            f"{confused}.{claims}." + base64.urlsafe_b64encode(mac).decode().rstrip("=")
        ),
        "stranger's key": _bearer(jwt.encode(Issuer.claims(), stranger, "ES256", {"kid": "first"})),
        "key that is not published": _bearer(
            jwt.encode(Issuer.claims(), stranger, "ES256", {"kid": "second"})
        ),
        "changed claims": _bearer(f"{head}.{raised}.{signature}"),
        "cut signature": _bearer(good[:-4]),
        "another kind of token": _bearer(
            jwt.encode(Issuer.claims(), private, "ES256", {"kid": "first", "typ": "logout+jwt"})
        ),
        "critical header": _bearer(
            jwt.encode(Issuer.claims(), private, "ES256", {"kid": "first", "crit": ["exp"]})
        ),
        "a very long token": _bearer("x" * 9000 + ".y.z"),
    }


def test_the_table_has_every_operation_that_asks_for_credentials(world: World) -> None:
    document = world.place.client.get("/openapi.json").json()
    guarded = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "401" in operation["responses"]
    }
    names = {"{submission}": "{submission_id}", "{image}": "{image_id}"}
    tested = set()
    for endpoint in ENDPOINTS:
        path = endpoint.path
        for short, long in names.items():
            path = path.replace(short, long)
        tested.add((endpoint.method, path))
    assert guarded == tested
    open_paths = set(document["paths"]) - {path for _, path in guarded}
    assert open_paths == {
        "/v1/pictures/{token}",
        "/v1/masked/{token}",
        "/v1/locator/{sha256}.onnx",
        "/healthz",
        "/readyz",
    }
    assert document["paths"]["/v1/images"]["get"]["security"] == [{"bearer": []}]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
def test_whoever_is_not_known_is_refused_alike(world: World, endpoint: Endpoint) -> None:
    bodies = set()
    for name, headers in attackers(world).items():
        answer = world.call(endpoint, headers)
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer"), name
        bodies.add(answer.content)
    assert len(bodies) == 1


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda e: f"{e.method} {e.path}")
def test_without_the_scope_it_is_refused_whatever_is_asked_for(
    world: World, endpoint: Endpoint
) -> None:
    others = [scope for scope in Scope if scope not in endpoint.scopes]
    issuer = world.issuer
    for headers in (
        world.place.key(*others),
        world.place.key(),
        _bearer(issuer.token("first", scope="openid sonogate:nothing")),
        _bearer(issuer.token("first", scope=["submit", "review", "admin"])),
    ):
        known = world.call(endpoint, headers)
        unknown = world.call(endpoint, headers, submission=f"sub_{_ID}", image=f"img_{_ID}")
        problem(known, 403, "insufficient_scope")
        assert known.content == unknown.content


@pytest.mark.parametrize(
    "endpoint",
    [e for e in ENDPOINTS if "{" in e.path],
    ids=lambda e: f"{e.method} {e.path}",
)
def test_another_organisations_record_is_as_unknown_as_none(
    world: World, endpoint: Endpoint
) -> None:
    for headers in (
        world.place.key(*Scope, organisation=OTHER_ORG),
        _bearer(
            world.issuer.token(
                "first", organisation=OTHER_ORG, scope="submit review research admin"
            )
        ),
    ):
        foreign = world.call(endpoint, headers)
        missing = world.call(endpoint, headers, submission=f"sub_{_ID}", image=f"img_{_ID}")
        problem(foreign, 404, "no_such_record")
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
        drop = {"content-length", "date"}
        assert {k: v for k, v in foreign.headers.items() if k not in drop} == {
            k: v for k, v in missing.headers.items() if k not in drop
        }


def test_two_authorization_headers_are_none(world: World) -> None:
    key = world.place.key(*Scope)["authorization"]
    answer = world.place.client.get(
        "/v1/submissions", headers=[("authorization", key), ("authorization", key)]
    )
    problem(answer, 401, "unauthenticated")


def test_keys_are_rotated_while_the_service_runs() -> None:
    now = 0.0
    with issuing() as issuer:
        issuer.rotate("a")
        keys = KeySet(fetch_from(issuer.url), lambda: now)
        check = OidcAuthenticator(ISSUER, AUDIENCE, "organisation", keys)
        old = issuer.token("a")
        first = check(old)
        assert first is not None
        assert (first.organisation, first.client) == ("north", "sub:nurse-17")
        assert first.scopes == {Scope.SUBMIT, Scope.REVIEW, Scope.ADMIN}
        issuer.rotate("b", "RS256")
        # Not asked again at once: made-up key ids must not make us hammer the provider.
        for _ in range(5):
            with pytest.raises(UnauthenticatedError):
                check(issuer.token("b"))
        assert issuer.fetched == 1
        now += PAUSE_S
        assert check(issuer.token("b")) is not None
        assert issuer.fetched == 2
        with pytest.raises(UnauthenticatedError):
            check(old)
        # A provider that is down is put up with for a while, and then no longer.
        issuer.up = False
        now += FRESH_S - 1
        assert check(issuer.token("b")) is not None
        now += 2 * PAUSE_S
        with pytest.raises(NoProviderError):
            check(issuer.token("b"))
        issuer.up = True
        now += PAUSE_S
        assert check(issuer.token("b")) is not None
        assert check("sgk_no_token") is None


def test_keys_are_fetched_over_https_alone() -> None:
    with pytest.raises(ValueError, match="https"):
        fetch_from("http://identity.example/keys")
