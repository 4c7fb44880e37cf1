import * as z from "zod";
import { integer, text } from "../../dialects/fields.ts";
import { COUNTRY_CODES } from "../../dialects/meshbrow/country-codes.ts";
import { parseProxyHost } from "../../domain/proxy-host.ts";
import { PROXY_PROTOCOLS, templateProblem } from "../../domain/proxy-pool.ts";
import { PROXY_TYPES } from "../../domain/session-spec.ts";

const MAX_NAME_LENGTH = 200;
const MAX_TEMPLATE_LENGTH = 512;
const MAX_PORT = 65_535;
const MAX_PLACE_LENGTH = 100;

const host = z.string().transform((value, context) => {
  const parsed = parseProxyHost(value.trim());
  if (parsed !== undefined) return parsed;
  context.issues.push({ code: "custom", message: "must be a host name or an IP address", input: value });
  return z.NEVER;
});

const template = z
  .string()
  .max(MAX_TEMPLATE_LENGTH)
  .check(({ value, issues }) => {
    const message = templateProblem(value);
    // Not `input: value`: an issue must not carry a password.
    if (message !== undefined) issues.push({ code: "custom", message, input: undefined });
  });

const country = z
  .string()
  .toUpperCase()
  .refine((code) => COUNTRY_CODES.has(code), { error: "must be an ISO 3166-1 alpha-2 code" });

const countries = z
  .array(country)
  .min(1)
  .refine((codes) => new Set(codes).size === codes.length, { error: "must not name a country twice" });

const fields = {
  name: text(1, MAX_NAME_LENGTH),
  type: z.enum(PROXY_TYPES),
  protocol: z.enum(PROXY_PROTOCOLS),
  host,
  port: integer(1, MAX_PORT),
  username: template,
  password: template,
  countries: countries.nullable(),
  hasRegions: z.boolean(),
  hasCities: z.boolean(),
  microsPerGb: z.int().min(0).nullable(),
  enabled: z.boolean(),
};

/** What `POST /admin/proxy-pools` takes: everything but the gateway itself has a default. */
export const newPool = z.strictObject({
  ...fields,
  protocol: fields.protocol.default("http"),
  username: fields.username.default(""),
  password: fields.password.default(""),
  countries: fields.countries.default(null),
  hasRegions: fields.hasRegions.default(false),
  hasCities: fields.hasCities.default(false),
  microsPerGb: fields.microsPerGb.default(null),
  enabled: fields.enabled.default(true),
});

/** What `PATCH /admin/proxy-pools/{id}` takes; an empty user name and password take the credentials away. */
export const poolChange = z
  .strictObject({
    name: fields.name.exactOptional(),
    type: fields.type.exactOptional(),
    protocol: fields.protocol.exactOptional(),
    host: fields.host.exactOptional(),
    port: fields.port.exactOptional(),
    username: fields.username.exactOptional(),
    password: fields.password.exactOptional(),
    countries: fields.countries.exactOptional(),
    hasRegions: fields.hasRegions.exactOptional(),
    hasCities: fields.hasCities.exactOptional(),
    microsPerGb: fields.microsPerGb.exactOptional(),
    enabled: fields.enabled.exactOptional(),
  })
  .refine((change) => Object.keys(change).length > 0, {
    error: "must hold a field to change",
    // An unknown field is to be named, not counted as none.
    when: ({ issues }) => issues.length === 0,
  });

/** What `POST /admin/proxy-pools/{id}/test` takes: where the exit is to be. */
export const testedPlace = z.strictObject({
  country: country.nullable().default(null),
  region: text(1, MAX_PLACE_LENGTH).nullable().default(null),
  city: text(1, MAX_PLACE_LENGTH).nullable().default(null),
});
