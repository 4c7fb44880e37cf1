import type { HeaderEntry, PausedResponse, RequestHandler } from "../../cdp/fetch-broker.ts";

const PATTERNS = [{ resourceType: "Document" as const, requestStage: "Response" as const }];
const isPdf = ({ name, value }: HeaderEntry): boolean =>
  name.toLowerCase() === "content-type" && /^\s*application\/pdf\b/i.test(value);

/** Has PDFs downloaded that would be shown: their servers seem to ask for it (RFC 6266). */
export const pdfDownloads: RequestHandler = {
  patterns: () => PATTERNS,
  revise: ({ resourceType, responseHeaders }: PausedResponse) => {
    if (resourceType !== "Document" || !responseHeaders.some(isPdf)) return undefined;
    const named = responseHeaders.find(({ name }) => name.toLowerCase() === "content-disposition")?.value;
    const value = named?.replace(/^\s*[^;]*/, "attachment") ?? "attachment";
    const others = responseHeaders.filter(({ name }) => name.toLowerCase() !== "content-disposition");
    return { headers: [...others, { name: "Content-Disposition", value }] };
  },
};
