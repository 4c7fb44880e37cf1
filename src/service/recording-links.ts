export type {
  LinkVerdict,
  SignedLink as RecordingLink,
  SignedLinks as RecordingLinks,
} from "../accounts/signed-links.ts";
