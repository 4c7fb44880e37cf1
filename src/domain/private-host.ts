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

/** Loopback, unspecified, unique-local, link-local, multicast, and IPv4 addresses in IPv6's clothes. */
function isPrivateIpv6(address: string): boolean {
  if (address === "::" || address === "::1") return true;
  // fc00::/7, fe80::/10 with the deprecated fec0::/10, ff00::/8.
  if (/^f[cdf]|^fe[89a-f]/.test(address)) return true;
  const embedded = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (!embedded) return false;
  const [high, low] = [Number.parseInt(embedded[1] ?? "", 16), Number.parseInt(embedded[2] ?? "", 16)];
  return isPrivateIpv4(high * 65_536 + low);
}
