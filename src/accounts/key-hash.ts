/** What is stored of an API key: SHA-256 in lower-case hex. Keys have 256 random bits, so no slow hash is needed. */
export async function hashKey(key: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
