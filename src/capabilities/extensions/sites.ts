let domainOf: ((url: string) => string) | undefined;

/** Has it known which hosts belong to one site: by the public suffix list, which filter lists are read with as well. */
export async function loadSites(): Promise<void> {
  // Sessions that need it for nothing never load it.
  const { Request } = await import("@ghostery/adblocker");
  domainOf = (url) => {
    const { domain, hostname } = Request.fromRawDetails({ url });
    return domain === "" ? hostname : domain;
  };
}

/** Whether two hosts belong to one site; before it is loaded, only a host itself does. */
export function areOfOneSite(host: string, other: string): boolean {
  if (host === other || domainOf === undefined) return host === other;
  return domainOf(`http://${host}/`) === domainOf(`http://${other}/`);
}
