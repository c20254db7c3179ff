import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { expect, it } from 'vitest'

/** What a phone on a slow line downloads, in bytes. */
const MOST_OWN = 4_096
const MOST_IN_ALL = 20_000
/** What comes after it, and nothing waits for. */
const MOST_COMFORT = 6_000

it('the script stays small: our own part, and all of it with htmx', async () => {
  const whole = await gzipped({ entryPoints: ['static/client/client.ts'] })
  const htmx = await gzipped({ stdin: { contents: "import 'htmx.org'", resolveDir: '.' } })
  expect(htmx).toBeGreaterThan(10_000)
  expect(whole - htmx).toBeLessThan(MOST_OWN)
  expect(whole).toBeLessThan(MOST_IN_ALL)
})

it('what a room can do without for a moment stays small too', async () => {
  expect(await gzipped({ entryPoints: ['static/client/comfort.ts'] })).toBeLessThan(MOST_COMFORT)
})

/** As esbuild.config.mjs makes it. */
async function gzipped(what: BuildOptions): Promise<number> {
  const { outputFiles } = await build({
    ...what,
    bundle: true,
    minify: true,
    target: 'es2022',
    write: false,
  })
  return gzipSync(outputFiles?.[0]?.contents ?? '', { level: 9 }).length
}
