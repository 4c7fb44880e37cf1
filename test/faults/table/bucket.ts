import { expect } from "vitest";
import { answers, faults, first, losesAnswer, rejects } from "../support/faults.ts";
import { Gate } from "../support/gate.ts";
import type { Fault } from "../support/outcome.ts";
import { World } from "../support/world.ts";

const AWAY = "R2: injected";
const OLD = ["before"];
const NEW = ["before", "during"];

/** A video is made when it is asked for. */
const KEPT = ["har ready", "log ready", "screenshots ready", "video processing"];
/** Not the pictures that are written while the session runs. */
const RECORDINGS = /^recordings\/(?!.*\.jpg$)/;
const PATIENCE = { timeout: 60_000 };

/** R2 does not answer, or what it holds does not take effect: of a session that leaves something at its end. */
export const BUCKET_FAULTS: readonly Fault[] = [
  {
    name: "R2 away while the profile is read",
    phase: "launching",
    happen: async () => {
      const world = await World.launchingWithProfile(() => faults.onBucket("get", rejects(AWAY)));
      expect((await world.created).status).toBe(503);
      faults.heal();
      expect(await world.savedCookies()).toEqual(OLD);
      return world;
    },
    outcome: { state: "failed", reason: "launch_failed", usage: 0 },
  },
  {
    name: "R2 away while the profile is saved: it stays as it was",
    phase: "ending",
    happen: async () => {
      const world = await World.withProfile();
      faults.onBucket("put", rejects(AWAY));
      expect((await world.delete()).status).toBe(200);
      await expect.poll(() => world.slots()).toBe(0);
      expect(await world.savedCookies()).toEqual(OLD);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "R2 does not delete what a save no longer needs",
    phase: "ending",
    happen: async () => {
      const world = await World.withProfile();
      faults.onBucket("delete", rejects(AWAY));
      expect((await world.delete()).status).toBe(200);
      await expect.poll(() => world.savedCookies()).toEqual(NEW);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "D1 away, twice, when the saved profile is to take effect",
    phase: "ending",
    happen: async () => {
      const world = await World.withProfile();
      faults.onDatabase("version", first(2, rejects(AWAY)));
      expect((await world.delete()).status).toBe(200);
      await expect.poll(() => world.savedCookies()).toEqual(NEW);
      expect(await world.countVersions()).toBe(2);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "D1's answer lost when the saved profile takes effect: one version, not two",
    phase: "ending",
    happen: async () => {
      const world = await World.withProfile();
      faults.onDatabase("version", first(1, losesAnswer(AWAY)));
      expect((await world.delete()).status).toBe(200);
      await expect.poll(() => world.slots()).toBe(0);
      expect(await world.savedCookies()).toEqual(NEW);
      expect(await world.countVersions()).toBe(2);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "object reset while the profile is saved",
    phase: "ending",
    happen: async () => {
      const world = await World.withProfile();
      const gate = new Gate();
      faults.onBucket("put", gate.hold("before"));
      const ended = world.delete();
      await gate.reached();
      await world.reset();
      expect((await ended).status).toBe(503);
      gate.open();
      faults.heal();
      await expect.poll(() => world.savedCookies()).toEqual(NEW);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "R2 away while recordings are kept: they are kept later",
    phase: "ending",
    happen: async () => {
      const world = await World.recorded();
      faults.onBucket("put", rejects(AWAY));
      expect((await world.delete()).status).toBe(200);
      expect(await world.slots()).toBe(0);
      expect(await world.recordings()).toEqual([]);
      faults.heal();
      await world.alarm();
      await expect.poll(() => world.recordings(), PATIENCE).toEqual(KEPT);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "object reset while recordings are kept",
    phase: "ending",
    happen: async () => {
      const world = await World.recorded();
      const gate = new Gate();
      faults.onBucket("put", gate.hold("before"), RECORDINGS);
      const ended = world.delete();
      await gate.reached();
      await world.reset();
      expect((await ended).status).toBe(503);
      gate.open();
      faults.heal();
      await expect.poll(() => world.recordings(), PATIENCE).toEqual(KEPT);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
  {
    name: "no browser to be had, twice, for the making of a video",
    phase: "ending",
    happen: async () => {
      const world = await World.recorded();
      expect((await world.delete()).status).toBe(200);
      faults.onBinding("launch", first(2, answers(500)));
      expect(await world.video()).toBe(200);
      expect(await world.recordings()).toEqual([...KEPT.slice(0, -1), "video ready"]);
      return world;
    },
    outcome: { state: "destroyed", reason: "requested", usage: 1 },
  },
];
