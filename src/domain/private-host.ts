/**
 * Address blocks that are not the public internet (IANA special-purpose registries), as [base, prefix length].
 * `URL` has already turned every spelling of an IPv4 address into four decimal numbers.
 */
const PRIVATE_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];

/** Names that lead to the machine itself, to its network, or to a cloud's metadata service. */
const PRIVATE_NAMES = ["localhost", "local", "internal", "home.arpa", "lan"];

const IPV4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

/**
 * Whether a URL's host is loopback, private, link-local or a metadata address, as far as its text tells. A
 * public name that resolves to a private address is not caught here.
 *
 * @param hostname as `URL.hostname` gives it: lower case, IPv6 in brackets.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "");
  if (IPV4.test(host)) return isPrivateIpv4(toNumber(host));
  if (host.startsWith("[")) return isPrivateIpv6(host.slice(1, -1));
  return PRIVATE_NAMES.some((name) => host === name || host.endsWith(`.${name}`));
}

const toNumber = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

function isPrivateIpv4(address: number): boolean {
  return PRIVATE_IPV4.some(([base, length]) => {
    const size = 2 ** (32 - length);
    return Math.floor(address / size) === Math.floor(toNumber(base) / size);
  });
}

/** IPv4 in IPv6's clothes: mapped, translated, the old compatible form, NAT64 (RFC 6052); then 6to4 (RFC 3056). */
const EMBEDDED = /^(?:::(?:ffff:(?:0:)?)?|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const SIX_TO_FOUR = /^2002:([0-9a-f]{1,4}):(?:([0-9a-f]{1,4}):|:)/;

/** Loopback, unspecified, unique-local, link-local, multicast, local NAT64, and IPv4 addresses within. */
function isPrivateIpv6(address: string): boolean {
  // ::/112 holds loopback and the unspecified address, and otherwise 0.0.0.0/8 in the old compatible form.
  if (/^::[0-9a-f]{0,4}$/.test(address)) return true;
  // fc00::/7, fe80::/10 with the deprecated fec0::/10, ff00::/8, 64:ff9b:1::/48.
  if (/^f[cdf]|^fe[89a-f]|^64:ff9b:1:/.test(address)) return true;
  const embedded = EMBEDDED.exec(address) ?? SIX_TO_FOUR.exec(address);
  if (!embedded) return false;
  const [high, low] = [Number.parseInt(embedded[1] ?? "0", 16), Number.parseInt(embedded[2] ?? "0", 16)];
  return isPrivateIpv4(high * 65_536 + low);
}
