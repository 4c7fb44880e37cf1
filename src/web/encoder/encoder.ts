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

async function* frames(): AsyncGenerator<Frame> {
  for (;;) {
    const response = await fetch("/next");
    if (response.status === NO_CONTENT) return;
    for (const line of (await response.text()).split("\n")) {
      if (line !== "") yield JSON.parse(line) as Frame;
    }
  }
}

async function decode({ data }: Frame): Promise<ImageBitmap> {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
}

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

  /** @param first decides the size of the video; pictures of other sizes are fitted into it. */
  static async start(first: ImageBitmap): Promise<Encoder> {
    const width = even(first.width);
    const height = even(first.height);
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
      quality: new Quality("medium"),
      keyFrameInterval: LONGEST_SECONDS,
      latencyMode: "quality",
    });
    this.#output.addVideoTrack(this.#video);
  }

  draw(picture: ImageBitmap): void {
    const { width, height } = this.#canvas;
    const scale = Math.min(width / picture.width, height / picture.height);
    const [wide, high] = [picture.width * scale, picture.height * scale];
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
  let encoder: Encoder | undefined;
  let shownFrom = 0;
  for await (const frame of frames()) {
    const picture = await decode(frame);
    const at = (frame.at - startedAt) / 1000;
    if (encoder === undefined) encoder = await Encoder.start(picture);
    else if (at > shownFrom + SHORTEST_SECONDS) {
      await encoder.show(shownFrom, at);
      shownFrom = at;
    }
    encoder.draw(picture);
    picture.close();
  }
  if (encoder === undefined) throw new Error("there are no pictures");
  await encoder.show(shownFrom, Math.max(shownFrom + SHORTEST_SECONDS, (endedAt - startedAt) / 1000));
  await encoder.finish();
}

encode().then(
  () => post("/done", "done"),
  (error: unknown) => post("/failed", error instanceof Error ? error.message : String(error)),
);
