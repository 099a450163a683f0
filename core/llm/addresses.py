"""Which addresses a connection may reach, judged twice: when its base URL is saved, and at each connect.

The second time decides: the address that was judged is the address that is connected to, so a name that resolves
differently later gains nothing. Never judge a host by its spelling alone.
"""

import contextlib
import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Literal
from urllib.parse import urlsplit

from core.errors import InputError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Reach = Literal["public", "loopback", "private", "never"]
Lookup = Callable[[str], list[str]]
"""The addresses of a host name as text; raises OSError if there are none."""

_LOOKUP_TIMEOUT_S = 2.0

_NEVER = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
        "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32",  # metadata services outside link-local
        "::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128",
    )
]  # fmt: skip
_NAT64 = [ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")]
_COMPATIBLE = ipaddress.ip_network("::/96")
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_LOOKS_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)")


class AddressRefusedError(OSError):
    """A connect was refused by the rules; the text is the reason as a clause."""


def check_base_url(url: str, *, hosted: bool, allow_private: Sequence[str], lookup: Lookup | None = None) -> str:
    """The base URL, tidied: no spaces around it, no slash at its end, host in lower case.

    A name that cannot be resolved now is accepted for https: it is judged again at each connect.
    `allow_private` holds host names and networks that may be reached although private.

    Raises:
        InputError: not http(s), user info, query or fragment, an odd spelling of an address, or an address out of bounds.
    """
    text = url.strip()
    scheme, host, port, path = _parts(text)
    addresses: list[str] = []
    literal = _literal(host)
    if literal is not None:
        addresses = [str(literal)]
    else:
        try:
            addresses = (lookup or _lookup_in_time)(host)
        except OSError:
            addresses = []
    judged = [judge(address, host, hosted=hosted, allow_private=allow_private) for address in addresses]
    if scheme == "http" and (not judged or "public" in judged):
        unknown = "" if judged else f" (and {host} cannot be resolved now)"
        raise InputError(
            f"http:// would send the key and the prompts unencrypted over the network{unknown}. "
            "Use https://, or an address on this machine."
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{f':{port}' if port else ''}{path}"


def judge(address: str, host: str, *, hosted: bool, allow_private: Sequence[str]) -> Reach:
    """What kind of address it is, if it may be reached as `host`.

    Raises:
        InputError: it may not.
    """
    number = ipaddress.ip_address(address)
    reach = reach_of(number)
    if reach == "public":
        return reach
    if reach == "never":
        raise InputError(
            f"{_shown(host, address)} is a link-local, metadata, multicast or unspecified address, which Whetstone never "
            "connects to. Enter another address."
        )
    if reach == "loopback" and not hosted:
        return reach
    if _is_allowed(number, host, allow_private):
        return reach
    where = "this server itself" if reach == "loopback" else "a private network"
    raise InputError(
        f"{_shown(host, address)} is an address on {where}, which this instance may not reach. Whoever runs it can "
        "allow it with WHETSTONE_ALLOW_PRIVATE_HOSTS."
    )


def reach_of(address: Address) -> Reach:
    """Public, loopback, private (also carrier-grade NAT, ULA, documentation), or never to be reached."""
    address = _unwrapped(address)
    if any(address.version == network.version and address in network for network in _NEVER):
        return "never"
    if address.is_loopback:
        return "loopback"
    return "public" if address.is_global else "private"


def origin(url: str) -> str:
    """Scheme, host and port, the port always given: what a kept key is bound to."""
    scheme, host, port, _ = _parts(url)
    return f"{scheme}://{host}:{port or (443 if scheme == 'https' else 80)}"


def host_of(url: str) -> str:
    return _parts(url)[1]


def system_lookup(host: str) -> list[str]:
    infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


def _parts(url: str) -> tuple[str, str, int | None, str]:
    if not url:
        raise InputError("The base URL is empty. Enter one such as https://api.openai.com/v1.")
    if any(ord(char) <= 32 or ord(char) == 127 or char == "\\" for char in url):
        raise InputError("The base URL holds a space, a backslash or a control character. Take it out.")
    if not url.isascii():
        raise InputError("The base URL holds characters beyond ASCII. Write an international name in its xn-- form.")
    scheme, separator, _ = url.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in ("http", "https"):
        raise InputError("The base URL must start with https:// (or http:// on this machine).")
    if "?" in url or "#" in url:
        raise InputError("The base URL must not have a query (?) or a fragment (#). Enter it up to the path only.")
    try:
        split = urlsplit(url)
        port = split.port
        host = (split.hostname or "").rstrip(".")
    except ValueError:
        raise InputError(
            "The base URL's host or port is not valid. Enter one such as https://api.openai.com/v1."
        ) from None
    if "@" in split.netloc:
        raise InputError("The base URL must not hold a user name or password. Enter the key in its own field.")
    if not host:
        raise InputError("The base URL names no host. Enter one such as https://api.openai.com/v1.")
    if split.netloc.startswith("["):
        if "%" in host:
            raise InputError("The base URL's address has a zone (%). Enter an address without one.")
        try:
            host = str(ipaddress.IPv6Address(host))
        except ValueError:
            raise InputError(f"[{host}] is not an IPv6 address. Correct the base URL.") from None
    elif _LOOKS_NUMERIC.fullmatch(host.rpartition(".")[2]):
        try:
            host = str(ipaddress.IPv4Address(host))
        except ValueError:
            raise InputError(
                f"{host} is an odd spelling of an address. Write it as four numbers, such as 127.0.0.1."
            ) from None
    elif not _NAME.fullmatch(host):
        raise InputError(f"{host} is not a host name. Correct the base URL.")
    return scheme, host, port, split.path.rstrip("/")


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _COMPATIBLE and int(address) > 1:
        return ipaddress.IPv4Address(int(address))
    return address


def _is_allowed(address: Address, host: str, allowed: Iterable[str]) -> bool:
    address = _unwrapped(address)
    for entry in allowed:
        try:
            network = ipaddress.ip_network(entry.strip(), strict=False)
        except ValueError:
            if entry.strip().lower().rstrip(".") == host:
                return True
            continue
        if network.version == address.version and address in network:
            return True
    return False


def _shown(host: str, address: str) -> str:
    return host if host == address else f"{host} ({address})"


def _lookup_in_time(host: str) -> list[str]:
    """As `system_lookup`, but gives up after two seconds: somebody's transaction is open meanwhile."""
    found: list[list[str]] = []

    def look() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            found.append(system_lookup(host))

    thread = threading.Thread(target=look, name="whetstone-lookup", daemon=True)
    thread.start()
    thread.join(_LOOKUP_TIMEOUT_S)
    if not found:
        raise OSError(f"{host} cannot be resolved")
    return found[0]
