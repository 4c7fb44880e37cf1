const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Whether these bytes begin as a PNG file does and hold more than an empty picture. */
export const isPng = (bytes: Uint8Array): boolean =>
  bytes.length > 500 && PNG_SIGNATURE.equals(Buffer.from(bytes.subarray(0, PNG_SIGNATURE.length)));
