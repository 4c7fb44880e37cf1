/** SHA-256 of a text in lower-case hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is stored of an API key. Keys have 256 random bits, so no slow hash is needed. */
export const hashKey = (key: string): Promise<string> => sha256(key);
