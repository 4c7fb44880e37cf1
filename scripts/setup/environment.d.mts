export declare const root: string;
export declare const berthDir: string;
export declare const tmpRoot: string;
