const BEARER = /^Bearer +(\S+)$/i;

/** Compares digests, which have one length: neither content nor length of the secret shows in the time taken. */
async function isSame(left: string, right: string): Promise<boolean> {
  const [leftDigest, rightDigest] = await Promise.all([left, right].map(digest));
  if (leftDigest === undefined || rightDigest === undefined) return false;
  return crypto.subtle.timingSafeEqual(leftDigest, rightDigest);
}

const digest = (text: string): Promise<ArrayBuffer> => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

/** Whether an `Authorization` header carries the operator's token. */
export async function isOperator(authorization: string | undefined, adminToken: string): Promise<boolean> {
  const given = BEARER.exec(authorization ?? "")?.[1];
  return isSame(given ?? "", adminToken);
}
