export interface StaticFile {
  body: Uint8Array<ArrayBuffer>
  type: string
}

/** Built files by the name under which they are served, which carries a hash of what is in them. */
export type StaticFiles = Map<string, StaticFile>

/** From the name in the source to the name that is served. */
const served = new Map<string, string>()

/** Tells which built file stands for which source file; called once at the start. */
export function useAssets(names: Record<string, string>): void {
  for (const [source, built] of Object.entries(names)) served.set(source, built)
}

/** The address of a file under `static/`, such as `/static/style-3f2a1b.css`: it changes with its content, so it can be kept for ever. */
export const asset = (name: string): string => `/static/${served.get(name) ?? name}`
