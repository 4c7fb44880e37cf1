export declare function chooseNode(): string;
export declare function typeScriptFlags(node: string): string[];
