const CODE_OF_A = 0x61;

/**
 * The origin of an extension that is played: 32 letters from a to p, as Chrome writes the ids of extensions, below a
 * name that no resolver knows (RFC 6761).
 *
 * @param id the extension's UUID.
 */
export function extensionOrigin(id: string): string {
  const letters = id
    .replaceAll("-", "")
    .replace(/./g, (digit) => String.fromCharCode(CODE_OF_A + Number.parseInt(digit, 16)));
  return `https://${letters}.extension.invalid`;
}
