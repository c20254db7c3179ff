// Bundles the server to build/main.js and what browsers load to build/static/, in a fifth of a second.
import { rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { build } from 'esbuild'

rmSync('build', { recursive: true, force: true })

const server = build({
  entryPoints: ['src/main.ts'],
  outfile: 'build/main.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  // Native code cannot be bundled; it is loaded from node_modules.
  external: ['@node-rs/*'],
  // mysql2 is CommonJS and asks for Node's own modules by require.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})

const browser = build({
  entryPoints: [
    'static/client/client.ts',
    'static/client/comfort.ts',
    'static/client/passkey.ts',
    'static/style.css',
    'static/noscript.css',
    'static/icon.svg',
  ],
  outdir: 'build/static',
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  // No older browser has all that the script calls (AbortSignal.timeout).
  target: 'es2022',
  loader: { '.svg': 'copy' },
  metafile: true,
  logLevel: 'warning',
})

const [, { metafile }] = await Promise.all([server, browser])
const names = Object.entries(metafile.outputs)
  .filter(([, output]) => output.entryPoint)
  .map(([path, output]) => [basename(output.entryPoint).replace(/\.ts$/, '.js'), basename(path)])
writeFileSync('build/static/names.json', JSON.stringify(Object.fromEntries(names)))
