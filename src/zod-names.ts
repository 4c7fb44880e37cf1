/*
 * What of zod the schemas use. Without a name that they do the Worker does not start. By its path: the alias that leads
 * here holds for everything that begins with "zod".
 */
export {
  array,
  base64,
  boolean,
  discriminatedUnion,
  enum,
  int,
  iso,
  json,
  lazy,
  literal,
  nativeEnum,
  NEVER,
  null,
  number,
  object,
  record,
  strictObject,
  string,
  union,
  unknown,
  url,
  uuid,
  ZodObject,
  ZodType,
} from "../node_modules/zod/v4/classic/index.js";
