/** What Vite adds to modules, as far as tests use it. */
declare module "*.md?raw" {
  const text: string;
  export default text;
}

interface ImportMeta {
  /** Modules by their paths. */
  glob(pattern: string): Readonly<Record<string, () => Promise<unknown>>>;
}
