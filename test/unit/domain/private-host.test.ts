import { describe, it } from "vitest";
import { isPrivateHost } from "../../../src/domain/private-host.ts";

const PRIVATE = [
  "http://localhost/",
  "http://LOCALHOST./",
  "http://a.localhost/",
  "http://printer.local/",
  "http://metadata.google.internal/",
  "http://127.0.0.1/",
  "http://127.1/",
  "http://2130706433/",
  "http://0x7f.0.0.1/",
  "http://0177.0.0.1/",
  "http://0.0.0.0/",
  "http://10.255.255.255/",
  "http://100.64.0.1/",
  "http://169.254.169.254/latest/meta-data",
  "http://172.16.0.1/",
  "http://172.31.255.255/",
  "http://192.168.1.1/",
  "http://198.19.0.1/",
  "http://224.0.0.1/",
  "http://255.255.255.255/",
  "http://[::1]/",
  "http://[::]/",
  "http://[fd00::1]/",
  "http://[fe80::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:a00:1]/",
  "http://[64:ff9b::a9fe:a9fe]/",
  "http://[64:ff9b:1::a9fe:a9fe]/",
  "http://[::127.0.0.1]/",
  "http://[::2]/",
  "http://[::ffff:0:127.0.0.1]/",
  "http://[2002:7f00:1::]/",
  "http://[2002:a9fe:a9fe::1]/",
  "http://[2002:a00::]/",
];

const PUBLIC = [
  "https://example.com/",
  "https://localhost.example.com/",
  "https://internal.example.com/",
  "http://9.255.255.255/",
  "http://11.0.0.0/",
  "http://100.63.255.255/",
  "http://100.128.0.0/",
  "http://172.15.255.255/",
  "http://172.32.0.0/",
  "http://198.20.0.0/",
  "http://223.255.255.255/",
  "http://[2606:4700::1111]/",
  "http://[::ffff:8.8.8.8]/",
];

describe("a URL's host", () => {
  it.for(PRIVATE)("is private in %s", (url, { expect }) => {
    expect(isPrivateHost(new URL(url).hostname)).toBe(true);
  });

  it.for(PUBLIC)("is public in %s", (url, { expect }) => {
    expect(isPrivateHost(new URL(url).hostname)).toBe(false);
  });
});
