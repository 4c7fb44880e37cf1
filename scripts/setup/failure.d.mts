export declare class SetupFailure extends Error {
  constructor(message: string, remedy: string, cause?: unknown);
  readonly remedy: string;
}
export declare function recogniseFailure(text: string): SetupFailure | undefined;
export declare function reportFailure(error: unknown): number;
