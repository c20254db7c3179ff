import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface Import {
  from: string
  /** A path within the project, or a package's name. */
  to: string
  typeOnly: boolean
}

const imports: Import[] = ['src', 'templates', 'static'].flatMap(filesIn).flatMap(importsOf)

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|for-test|test-support/.test(name))
    .map((name) => join(folder, name))
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8')
  return [
    ...source.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm),
  ].map(([, typeOnly, named, bare]) => {
    const target = named ?? bare ?? ''
    const to = target.startsWith('.') ? relative(root, join(root, dirname(file), target)) : target
    return { from: file, to, typeOnly: typeOnly !== undefined }
  })
}

/** Imports that break a rule, a line each. */
const crossing = (from: RegExp, to: RegExp, isExcepted: (found: Import) => boolean = () => false) =>
  imports
    .filter((found) => from.test(found.from) && to.test(found.to) && !isExcepted(found))
    .map((found) => `${found.from} imports ${found.to}`)

describe('imports point downwards', () => {
  it('and are found at all', () => {
    expect(crossing(/^src\/app\.ts$/, /^src\/routes\//).length).toBeGreaterThan(5)
    expect(crossing(/^src\/main\.ts$/, /^node:/).length).toBeGreaterThan(0)
  })

  it('Node only under main.ts, listen.ts, the database, the bus, and the encoders that write to raw sockets', () => {
    const mayUseNode =
      /^src\/(main|listen|static-files)\.ts$|^src\/(database|bus)\/|^src\/live\/(http-stream|websocket|socket-outlet|node-platform|node-upgrade)\.ts$/
    expect(crossing(/^(src|templates)\//, /^node:/, ({ from }) => mayUseNode.test(from))).toEqual([])
  })

  it('templates know no database and no request', () => {
    expect(
      crossing(/^templates\//, /^src\//, ({ to }) => /^src\/words\/|^src\/http\/assets\.ts$/.test(to)),
    ).toEqual([])
  })

  it('messages/ and rooms/ know no HTTP', () => {
    expect(crossing(/^src\/(messages|rooms)\//, /^src\/(http|routes|live)\/|^hono/)).toEqual([])
  })

  it('live/ knows no accounts', () => {
    expect(crossing(/^src\/live\//, /^src\/(accounts|rooms|routes)\//)).toEqual([])
  })

  it('accounts/, bus/ and database/ know no HTTP and no routes', () => {
    expect(crossing(/^src\/(accounts|bus|database)\//, /^src\/(http|routes|live)\/|^hono/)).toEqual([])
  })

  it('only app.ts mounts routes', () => {
    expect(crossing(/^src\/(?!app\.ts|routes\/)/, /^src\/routes\//)).toEqual([])
  })

  it('only one small file knows Lucia, two know oslo, and one the ceremony of passkeys', () => {
    expect(imports.filter(({ to }) => /^lucia|^@lucia/.test(to)).map(({ from }) => from)).toEqual([
      'src/accounts/sessions.ts',
      'src/accounts/sessions.ts',
    ])
    expect(imports.filter(({ to }) => /^oslo/.test(to)).map(({ from }) => from)).toEqual([
      'src/accounts/passwords.ts',
      'src/accounts/totp.ts',
      'src/accounts/totp.ts',
      'src/accounts/totp.ts',
    ])
    expect(imports.filter(({ to }) => /^@simplewebauthn/.test(to)).map(({ from }) => from)).toEqual([
      'src/accounts/webauthn.ts',
      'src/accounts/webauthn.ts',
    ])
  })
})
