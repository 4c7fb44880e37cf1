export declare function formatMs(ms: number): string;
export declare function step<T>(name: string, work: () => Promise<T>, detail?: () => string): Promise<T>;
