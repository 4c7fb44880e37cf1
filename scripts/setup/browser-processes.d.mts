export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}
export declare function listProcesses(): RunningProcess[];
export declare function findBrowserProcesses(runDir: string): RunningProcess[];
export declare function endBrowserProcesses(runDir: string): Promise<number>;
export declare function clearRun(runDir: string): Promise<number>;
export declare function clearAbandonedRuns(): Promise<void>;
export declare function killTree(pid: number): void;
export declare function isRunning(pid: number): boolean;
