import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { type StaticFiles, useAssets } from './http/assets.ts'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Reads what the build made of `static/`: `names.json` tells which built file stands for which source. */
export function readStaticFiles(folder: string): StaticFiles {
  const names = JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8')) as Record<string, string>
  useAssets(names)
  return new Map(
    Object.values(names).map((name) => [
      `/static/${name}`,
      {
        body: new Uint8Array(readFileSync(join(folder, name))),
        type: TYPES[extname(name)] ?? 'application/octet-stream',
      },
    ]),
  )
}
