"""Every setting, read once from the environment (prefix TALLY_). The only place that looks at the environment.

Promises: a typed, checked value or a refusal that names the variable. docs/operating.md lists them all; a test compares.
"""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EMBEDDED = "embedded"
PREFIX: Final = "TALLY_"

_READ_ELSEWHERE: Final = {
    "TALLY_TRUST",
    "TALLY_PYTHON",
}  # by `tally verify`, which loads no pydantic, and by scripts/environment

_DOMAIN = r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$"


class Settings(BaseSettings):
    """The settings of one installation; the defaults run everything on a laptop."""

    model_config = SettingsConfigDict(env_prefix="TALLY_", extra="ignore", frozen=True)

    data: Annotated[Path, Field(description="Folder of everything that is kept locally")] = Path("var")
    host: Annotated[str, Field(description="Address the service listens on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port the service listens on; 0 takes a free one")] = 8400
    public_url: Annotated[
        str,
        Field(
            pattern=r"^(https://[a-z0-9.-]+(:[0-9]{1,5})?|http://localhost(:[0-9]{1,5})?)?$",
            description="Address under which people reach the pages: links and passkeys are made for it; empty: "
            "http://localhost and the port",
        ),
    ] = ""
    database: Annotated[str, Field(description="SQLAlchemy URL; empty: SQLite in the data folder")] = ""
    objects: Annotated[
        str, Field(description="Object store URL (file://, s3://); empty: a folder in the data folder")
    ] = ""
    record_keys: Annotated[str, Field(description="Folder of the record keys; empty: in the data folder")] = ""
    key_passphrase: Annotated[SecretStr, Field(description="Opens the key files; empty: a file in the data folder")] = (
        SecretStr("")
    )
    chain: Annotated[str, Field(description="`embedded`, or the RPC URL of any EVM chain")] = EMBEDDED
    chain_id: Annotated[
        int, Field(ge=0, description="The chain id that must answer; 0: the one recorded at deployment")
    ] = 0
    finality: Annotated[
        str,
        Field(pattern=r"^(auto|finalized|[0-9]{1,4})$", description="`finalized`, a number of confirmations, or auto"),
    ] = "auto"
    batch_milliseconds: Annotated[
        int, Field(ge=10, le=5000, description="Longest wait before waiting entries are sequenced")
    ] = 100
    batch_entries: Annotated[int, Field(ge=1, le=16384, description="Most entries in one batch")] = 4096
    answer_seconds: Annotated[
        float, Field(gt=0, le=60, description="A write answers 202 when no checkpoint covers it by then")
    ] = 10.0
    anchor_seconds: Annotated[int, Field(ge=0, description="Anchor a grown log at least this often")] = 300
    anchor_soon_seconds: Annotated[int, Field(ge=0, description="Anchor a signed agreement within this time")] = 2
    anchor_gas_per_day: Annotated[int, Field(ge=0, description="Daily gas budget of anchoring")] = 20_000_000
    fee_bump_seconds: Annotated[int, Field(ge=1, description="Raise the fee of an anchor not mined by then")] = 120
    low_balance_wei: Annotated[int, Field(ge=0, description="Warn when the sender holds less")] = 10**17
    blacklist_seconds: Annotated[
        int, Field(ge=0, description="A version of the blacklist is published this often; 0: no registry runs here")
    ] = 600
    check_policy: Annotated[
        str,
        Field(
            description="File of the check policy that blacklist checks attached to applications are judged by; empty: the registry that runs here"
        ),
    ] = ""
    upload_bytes: Annotated[int, Field(ge=1024, description="Largest document accepted")] = 25 * 1024 * 1024
    upload_pages: Annotated[int, Field(ge=1, description="Most pages of a document")] = 500
    fonts: Annotated[
        str, Field(description="Folder of the contract fonts; empty: those that came with the program")
    ] = ""
    templates: Annotated[
        str, Field(description="Folder of the institution's own contract templates, looked at before the shipped ones")
    ] = ""
    sealing: Annotated[bool, Field(description="Whether this process seals signed agreements (its worker's loops)")] = (
        True
    )
    tsa: Annotated[
        str,
        Field(
            description="Time-stamp authorities (RFC 3161 URLs, with commas, asked in this order); empty: with the embedded chain "
            "the local test authority, not independent"
        ),
    ] = ""
    tsa_roots: Annotated[
        str, Field(description="PEM file of the root certificates under which time stamps are believed")
    ] = ""
    tsa_seconds: Annotated[
        float, Field(gt=0, le=120, description="Longest wait for one answer of a time-stamp or certificate authority")
    ] = 10.0
    seal_anchor_seconds: Annotated[
        int,
        Field(ge=0, le=86_400, description="Wait so long for the signatures to be anchored before they are sealed in"),
    ] = 10
    seal_renew_days: Annotated[
        int, Field(ge=1, le=3650, description="Renew a seal's archive time stamp so long before its certificate ends")
    ] = 180
    threads: Annotated[
        int, Field(ge=2, le=200, description="Request threads; the database pool is sized with them")
    ] = 12
    pkcs11_module: Annotated[
        str, Field(description="Library of a PKCS#11 device that holds keys; empty: all keys are files")
    ] = ""
    pkcs11_token: Annotated[str, Field(description="Label of the device's token")] = ""
    pkcs11_pin: Annotated[SecretStr, Field(description="PIN of the device's user")] = SecretStr("")
    pkcs11_keys: Annotated[
        str,
        Field(
            pattern=r"^((institution|seal)(,(institution|seal))?)?$",
            description="Which keys are in the device, with commas between them: `institution`, `seal`; their labels are the "
            "institution's code, a hyphen, and this word",
        ),
    ] = ""
    one_time_ca: Annotated[
        str,
        Field(
            pattern=r"^(https?://.+)?$",
            description="Address of the authority that certifies one-time keys: takes a PKCS #10 request, answers the certificate "
            "(both DER); empty on the embedded chain: the local test authority, not independent",
        ),
    ] = ""
    passkey_domain: Annotated[
        str,
        Field(
            pattern=_DOMAIN,
            description="Domain that passkeys for signing belong to; empty: the host of the public address",
        ),
    ] = ""
    login_domain: Annotated[
        str,
        Field(
            pattern=_DOMAIN,
            description="Domain that passkeys for signing in belong to; empty: the host of the public address",
        ),
    ] = ""
    processes: Annotated[
        int,
        Field(ge=0, le=64, description="HTTP processes of `tally up` beside its worker; 0 serves from the worker's"),
    ] = 1
    institution_code: Annotated[str, Field(description="Code of the institution that the first start opens")] = "DEMO"
    institution_name: Annotated[str, Field(description="Name of the institution that the first start opens")] = (
        "Demonstration Lender"
    )
    institution_zone: Annotated[str, Field(description="Its time zone, which business days follow")] = "Asia/Shanghai"
    smtp_host: Annotated[
        str,
        Field(description="Mail server that messages are handed to; without it and TALLY_SMS_URL they go to a folder"),
    ] = ""
    smtp_port: Annotated[
        int, Field(ge=1, le=65535, description="Its port; 465 begins with TLS, others upgrade to it")
    ] = 587
    smtp_user: Annotated[str, Field(description="User at the mail server; empty: none is needed")] = ""
    smtp_password: Annotated[SecretStr, Field(description="Password at the mail server")] = SecretStr("")
    smtp_from: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", description="Address that messages come from")] = (
        "no-reply@localhost"
    )
    sms_url: Annotated[
        str, Field(pattern=r"^(https?://.+)?$", description="SMS gateway that messages are posted to; empty: no SMS")
    ] = ""
    sms_token: Annotated[SecretStr, Field(description="Bearer token for the SMS gateway")] = SecretStr("")
    webhook_private: Annotated[
        bool,
        Field(description="Let webhooks go to private addresses and to http on this machine: for development only"),
    ] = False
    log_level: Annotated[str, Field(pattern="^(debug|info|warning|error)$", description="How much is logged")] = "info"

    @model_validator(mode="after")
    def _chain_is_known(self) -> Self:
        if self.chain != EMBEDDED and not self.chain.startswith(("http://", "https://")):
            message = "TALLY_CHAIN: expected `embedded` or an http(s) RPC URL"
            raise ValueError(message)
        return self

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data.absolute() / 'ledger.db'}"

    @property
    def objects_url(self) -> str:
        return self.objects or f"file://{self.data.absolute() / 'objects'}"

    @property
    def record_keys_folder(self) -> Path:
        return Path(self.record_keys) if self.record_keys else self.data / "record-keys"

    @property
    def keys_folder(self) -> Path:
        return self.data / "keys"

    @property
    def tsa_urls(self) -> tuple[str, ...]:
        return tuple(url for part in self.tsa.split(",") if (url := part.strip()))

    @property
    def is_embedded(self) -> bool:
        return self.chain == EMBEDDED


class ClientSettings(BaseSettings):
    """What the commands that talk to a service over HTTP may be told; a token is never an argument, which other users could list."""

    model_config = SettingsConfigDict(env_prefix="TALLY_", extra="ignore", frozen=True)

    url: Annotated[
        str,
        Field(description="Address of the service the commands talk to; empty: the one that runs on the data folder"),
    ] = ""
    token: Annotated[SecretStr, Field(description="API key the commands show to the service")] = SecretStr("")


def environment_names() -> list[str]:
    """Return the names of what the environment sets."""
    return list(os.environ)  # noqa: TID251  # here is the place for it


def unread(names: Iterable[str]) -> list[tuple[str, str | None]]:
    """Return the TALLY_ variables that nothing reads, each with the setting that was probably meant."""
    known = {
        PREFIX + field.upper() for field in (*Settings.model_fields, *ClientSettings.model_fields)
    } | _READ_ELSEWHERE
    strange = sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
    return [
        (name, next(iter(get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.8)), None)) for name in strange
    ]
