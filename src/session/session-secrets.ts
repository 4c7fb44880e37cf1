import { FocusedDocument, type Insertion } from "../capabilities/secrets/focused-document.ts";
import { SecretMask } from "../capabilities/secrets/secret-mask.ts";
import { type SecretProvider, SecretsUnavailable } from "../capabilities/secrets/secret-provider.ts";
import { CdpCommandError } from "../cdp/cdp-connection.ts";
import type { FrameTree } from "../cdp/frame-tree.ts";
import {
  isFor,
  type IntegrationCredentials,
  parseReference,
  type SecretItem,
  type SecretOutcome,
  type SecretReference,
  type SecretUse,
  valueOf,
} from "../domain/secrets.ts";
import type { AccountId } from "../domain/ids.ts";
import type { Logger } from "../observability/logger.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./session-store.ts";

/** Where a session's secrets come from, and where their use is written down. */
export interface SecretDeps {
  /** `undefined` for an integration that has been deleted. */
  readonly credentials: (accountId: AccountId, integrationId: string) => Promise<IntegrationCredentials | undefined>;
  readonly provider: (credentials: IntegrationCredentials) => SecretProvider;
  readonly uses: {
    /** Answers the line's id. */
    add(accountId: AccountId, use: SecretUse): Promise<string>;
    correct(id: string, outcome: SecretOutcome): Promise<void>;
  };
}

export interface SessionSecretsOptions {
  readonly deps: { readonly secrets: SecretDeps; readonly clock: { now(): number }; readonly logger: Logger };
  readonly store: SessionStore;
}

/** What was looked up for a reference. */
type Found =
  | { readonly value: string; readonly integrationId: string }
  | { readonly outcome: SecretOutcome; readonly integrationId: string | null };

/** A library that repeats what failed is told the same again, and neither the store nor the audit list is. */
const REFUSAL_LASTS_MS = 5000;

const INSERTED: Readonly<Record<Insertion, SecretOutcome>> = {
  inserted: "filled",
  moved: "wrong_site",
  uneditable: "not_editable",
};

/** Fills in what references stand for. Values are fetched for each use, and go into the page and nowhere else. */
export class SessionSecrets {
  /** Keeps them out of recordings. */
  readonly mask = new SecretMask();
  readonly #options: SessionSecretsOptions;
  #frames: FrameTree | undefined;
  /** An earlier instance's values are not in this one's memory. */
  #isRemembered = false;
  /** The last refusal. */
  #refusal: { readonly of: string; readonly outcome: SecretOutcome; readonly at: number } | undefined;

  constructor(options: SessionSecretsOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return (this.#options.store.read()?.spec.integrations.length ?? 0) > 0;
  }

  /** References that the session may use: those that were named, or any. */
  isNamed(text: string): boolean {
    return this.#record().spec.integrations.some(({ secrets }) => secrets !== "all" && secrets.includes(text));
  }

  /** Over a new connection, before anything is recorded of it. */
  async over(frames: FrameTree): Promise<void> {
    this.#frames = frames;
    if (this.#isRemembered || !this.isOn) return;
    const { usedSecrets } = this.#record();
    this.mask.isBlind = usedSecrets.length > 0;
    try {
      for (const text of usedSecrets) {
        const reference = parseReference(text);
        const found = reference && (await this.#lookUp(reference, undefined));
        if (found && "value" in found) this.mask.add(found.value);
      }
      this.mask.isBlind = false;
      this.#isRemembered = true;
    } catch (error) {
      this.#options.deps.logger.warn("session.secrets_unknown", { sessionId: this.#record().id, error });
    }
  }

  /** Fills a reference in where the page's cursor is. Never rejects. */
  async fill(reference: SecretReference, pageId: string): Promise<SecretOutcome> {
    const { logger } = this.#options.deps;
    try {
      const place = this.#frames && (await FocusedDocument.find(this.#frames, pageId));
      if (place === undefined)
        return await this.#refused(reference, "", { outcome: "not_editable", integrationId: null });
      const of = `${reference.text} ${place.url}`;
      const known = this.#refusal;
      if (known?.of === of && this.#now - known.at < REFUSAL_LASTS_MS) return known.outcome;
      const found = await this.#lookUp(reference, place.url);
      if ("value" in found) return await this.#insert(reference, place, found);
      this.#refusal = { of, outcome: found.outcome, at: this.#now };
      return await this.#refused(reference, new URL(place.url).host, found);
    } catch (error) {
      logger.warn("session.secret_not_filled", { sessionId: this.#record().id, error });
      // Of the page: it was left, or closed. Whatever else is missing, the use could not be written down, or looked up.
      return error instanceof CdpCommandError ? "not_editable" : "unavailable";
    }
  }

  get #now(): number {
    return this.#options.deps.clock.now();
  }

  async #insert(
    reference: SecretReference,
    place: FocusedDocument,
    { value, integrationId }: { readonly value: string; readonly integrationId: string },
  ): Promise<SecretOutcome> {
    const { deps, store } = this.#options;
    const { usedSecrets } = this.#record();
    // Before the value is anywhere: whoever wakes later must know what to keep out of recordings.
    if (!usedSecrets.includes(reference.text)) store.update({ usedSecrets: [...usedSecrets, reference.text] });
    this.mask.add(value);
    const use = this.#use(reference, new URL(place.url).host, { integrationId, outcome: "filled" });
    const line = await deps.secrets.uses.add(this.#record().accountId, use);
    const outcome = INSERTED[await place.insert(value).catch((): Insertion => "moved")];
    if (outcome !== "filled") await deps.secrets.uses.correct(line, outcome);
    return outcome;
  }

  async #refused(
    reference: SecretReference,
    host: string,
    found: { readonly outcome: SecretOutcome; readonly integrationId: string | null },
  ): Promise<SecretOutcome> {
    await this.#options.deps.secrets.uses.add(this.#record().accountId, this.#use(reference, host, found));
    return found.outcome;
  }

  #use(
    { text }: SecretReference,
    host: string,
    { outcome, integrationId }: { readonly outcome: SecretOutcome; readonly integrationId: string | null },
  ): SecretUse {
    return {
      sessionId: this.#record().id,
      integrationId,
      reference: text,
      host,
      outcome,
      at: this.#now,
    };
  }

  /**
   * @param url of the document that the value is for; without it only what it is.
   * @throws SecretsUnavailable
   */
  async #lookUp(reference: SecretReference, url: string | undefined): Promise<Found> {
    const allowed = this.#record().spec.integrations.filter(({ secrets }) => isAllowed(secrets, reference));
    let refused: Found = { outcome: "not_allowed", integrationId: null };
    for (const { id } of allowed) {
      const item = await this.#item(id, reference);
      const value = item && valueOf(item, reference);
      if (item === undefined || value === undefined) refused = { outcome: "not_found", integrationId: id };
      else if (url !== undefined && !isFor(item, url)) refused = { outcome: "wrong_site", integrationId: id };
      else return { value, integrationId: id };
    }
    return refused;
  }

  async #item(integrationId: string, { vault, item }: SecretReference): Promise<SecretItem | undefined> {
    const { secrets } = this.#options.deps;
    const credentials = await secrets.credentials(this.#record().accountId, integrationId);
    if (credentials === undefined) throw new SecretsUnavailable(`integration ${integrationId} has been deleted`);
    return secrets.provider(credentials).item(vault, item);
  }

  #record(): SessionRecord {
    const record = this.#options.store.read();
    if (record === undefined) throw new Error("there is no session");
    return record;
  }
}

const withoutQuery = (text: string): string => text.replace(/\?.*$/, "");

const isAllowed = (secrets: "all" | readonly string[], { text }: SecretReference): boolean =>
  secrets === "all" || secrets.includes(text) || secrets.includes(withoutQuery(text));
