"""Who really asks, where a proxy of ours passes requests on: forwarded headers count only from trusted addresses."""

import re
import secrets
from ipaddress import ip_address

from starlette.requests import HTTPConnection

from easycrm.core.settings import settings

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FORWARDING = ("x-forwarded-for", "x-real-ip", "forwarded")


def client_address(request: HTTPConnection) -> str:
    """The address that the request came from, before the first proxy of ours.

    `X-Forwarded-For` is read from its end, where our own proxies write: what stands before the first address that is
    not ours was written by the caller.
    """
    address = _peer(request)
    hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for hop in reversed(hops):
        before = _written(hop)
        if not _trusted(address) or not before:
            return address
        address = before
    return address


def straight_from_this_machine(request: HTTPConnection) -> bool:
    """Whether it came over loopback with no proxy in between, an unconfigured one included."""
    passed_on = any(name in request.headers for name in _FORWARDING)
    peer = _written(_peer(request))
    return not passed_on and bool(peer) and ip_address(peer).is_loopback


def request_id(request: HTTPConnection) -> str:
    """The id that a trusted proxy gave the request, or a fresh one."""
    given = request.headers.get("x-request-id", "")
    return given if _trusted(_peer(request)) and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _peer(request: HTTPConnection) -> str:
    host = request.client.host if request.client else ""
    return _written(host) or host


def _trusted(address: str) -> bool:
    networks = settings().trusted_networks
    return bool(networks) and bool(_written(address)) and any(ip_address(address) in network for network in networks)


def _written(hop: str) -> str:
    """An address in its one form, without brackets and port; empty if it is none."""
    bare = re.sub(r"^\[(.*)\](:\d+)?$|^([^:]*):\d+$", r"\1\3", hop.strip())
    try:
        found = ip_address(bare)
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
