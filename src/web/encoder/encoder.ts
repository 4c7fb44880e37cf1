import {
  CanvasSource,
  getFirstEncodableVideoCodec,
  Mp4OutputFormat,
  Output,
  Quality,
  StreamTarget,
  type StreamTargetChunk,
  type VideoCodec,
} from "mediabunny";
import { jpegSize } from "../../domain/jpeg-size.ts";

/*
 * Runs in a page of its own, on a made-up origin whose requests are all answered by the Worker: it fetches frames and
 * posts pieces of the video that it makes of them.
 */

/** What the video is of; epoch milliseconds. */
interface Source {
  readonly startedAt: number;
  readonly endedAt: number;
}

interface Frame {
  readonly at: number;
  /** JPEG in base64. */
  readonly data: string;
}

/** Pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** In the order of preference: all players know the first. */
const CODECS: VideoCodec[] = ["avc", "vp9", "vp8"];
/** A picture that lasts longer is shown again: players look for a picture every now and then. */
const LONGEST_SECONDS = 5;
/** Of one request. */
const PIECE_BYTES = 256 * 1024;
const NO_CONTENT = 204;

async function post(path: string, body: BodyInit): Promise<void> {
  const { ok } = await fetch(path, { method: "POST", body });
  if (!ok) throw new Error(`${path} was refused`);
}

/** The next frames; `undefined` when there are no more. */
async function nextFrames(): Promise<readonly Frame[] | undefined> {
  const response = await fetch("/next");
  if (response.status === NO_CONTENT) return undefined;
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Frame);
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const decode = ({ data }: Frame): Promise<ImageBitmap> =>
  createImageBitmap(new Blob([bytesOf(data)], { type: "image/jpeg" }));

/** A JPEG says how large it is within so many characters. */
const HEADER_CHARACTERS = 4096;

/** The size that most of these frames have: a window is resized before its first page, and now and then. */
function usualSize(frames: readonly Frame[]): Size {
  const counts = new Map<string, { readonly size: Size; count: number }>();
  for (const { data } of frames) {
    const size = jpegSize(bytesOf(data.slice(0, HEADER_CHARACTERS)));
    if (size === undefined) continue;
    const known = counts.get(`${size.width} ${size.height}`) ?? { size, count: 0 };
    counts.set(`${size.width} ${size.height}`, known);
    known.count += 1;
  }
  const [usual] = [...counts.values()].toSorted((a, b) => b.count - a.count);
  if (usual === undefined) throw new Error("there are no pictures");
  return usual.size;
}

/** A line that only rounding would leave is filled. */
const filled = (pixels: number, side: number): number => (side - pixels < 2 ? side : pixels);

/** Sides of a video have to be even. */
const even = (pixels: number): number => Math.max(2, pixels + (pixels % 2));

/** Pieces leave as they come: a fragmented MP4 is written from its beginning to its end. */
const outgoing = (): WritableStream<StreamTargetChunk> =>
  new WritableStream({
    async write({ data }) {
      for (let at = 0; at < data.byteLength; at += PIECE_BYTES) {
        await post("/piece", data.slice(at, at + PIECE_BYTES));
      }
    },
  });

class Encoder {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #output: Output;
  readonly #video: CanvasSource;

  /** @param size of the video; pictures of other sizes are fitted into it. */
  static async start(size: Size): Promise<Encoder> {
    const width = even(size.width);
    const height = even(size.height);
    const codec = await getFirstEncodableVideoCodec(CODECS, { width, height });
    if (codec === null) throw new Error("this browser encodes no video");
    const encoder = new Encoder(width, height, codec);
    await encoder.#output.start();
    return encoder;
  }

  private constructor(width: number, height: number, codec: VideoCodec) {
    this.#canvas = new OffscreenCanvas(width, height);
    const context = this.#canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("this browser draws nothing");
    this.#context = context;
    const format = new Mp4OutputFormat({ fastStart: "fragmented", minimumFragmentDuration: LONGEST_SECONDS });
    this.#output = new Output({ format, target: new StreamTarget(outgoing()) });
    this.#video = new CanvasSource(this.#canvas, {
      codec,
      quality: new Quality("high"),
      keyFrameInterval: LONGEST_SECONDS,
      latencyMode: "quality",
    });
    this.#output.addVideoTrack(this.#video);
  }

  draw(picture: ImageBitmap): void {
    const { width, height } = this.#canvas;
    const scale = Math.min(width / picture.width, height / picture.height);
    const [wide, high] = [filled(picture.width * scale, width), filled(picture.height * scale, height)];
    this.#context.fillRect(0, 0, width, height);
    this.#context.drawImage(picture, (width - wide) / 2, (height - high) / 2, wide, high);
  }

  /** Shows what was drawn last; seconds of the video. */
  async show(from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += LONGEST_SECONDS) {
      await this.#video.add(at, Math.min(LONGEST_SECONDS, to - at));
    }
  }

  async finish(): Promise<void> {
    this.#video.close();
    await this.#output.finalize();
  }
}

/** Two pictures of one moment cannot both be shown. */
const SHORTEST_SECONDS = 0.001;

async function encode(): Promise<void> {
  const { startedAt, endedAt } = (await (await fetch("/source")).json()) as Source;
  let frames = await nextFrames();
  const encoder = await Encoder.start(usualSize(frames ?? []));
  let shownFrom = 0;
  let isFirst = true;
  for (; frames !== undefined; frames = await nextFrames()) {
    for (const frame of frames) {
      const picture = await decode(frame);
      const at = (frame.at - startedAt) / 1000;
      if (!isFirst && at > shownFrom + SHORTEST_SECONDS) {
        await encoder.show(shownFrom, at);
        shownFrom = at;
      }
      isFirst = false;
      encoder.draw(picture);
      picture.close();
    }
  }
  await encoder.show(shownFrom, Math.max(shownFrom + SHORTEST_SECONDS, (endedAt - startedAt) / 1000));
  await encoder.finish();
}

encode().then(
  () => post("/done", "done"),
  (error: unknown) => post("/failed", error instanceof Error ? error.message : String(error)),
);
