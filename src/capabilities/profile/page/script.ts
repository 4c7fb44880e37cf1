import { decode, decodeBytes, decodeCollection, decodeSimple, decodeValue, importKeys } from "./decode.ts";
import { encode, encodeBytes, encodeCollection, encodeSimple, encodeValue, toBase64 } from "./encode.ts";
import { makeDatabase, storageWriter, writeDatabase, writeRecords } from "./restore-storage.ts";
import { answered, databaseLines, storageLines, storageReader, storeLines } from "./storage-lines.ts";

/** The functions by their own sources, which keep the names by which they call each other. */
const sourceOf = (functions: readonly ((...args: never[]) => unknown)[]): string => functions.map(String).join("\n");

/** An expression that answers a reader of the page's storage. */
export const READER = `(() => {
${sourceOf([encodeValue, encode, encodeSimple, encodeCollection, encodeBytes, toBase64])}
${sourceOf([answered, storageLines, databaseLines, storeLines, storageReader])}
return ${storageReader.name}(${encodeValue.name});
})()`;

/** An expression that answers a writer to it. */
export const WRITER = `(() => {
${sourceOf([decodeValue, importKeys, decode, decodeSimple, decodeCollection, decodeBytes])}
${sourceOf([answered, makeDatabase, writeDatabase, writeRecords, storageWriter])}
return ${storageWriter.name}({ decodeValue: ${decodeValue.name}, answered: ${answered.name} });
})()`;
