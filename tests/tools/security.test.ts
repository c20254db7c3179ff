/** SECURITY.md points at a test for each promise: a promise whose test was renamed or lost is none. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseAst } from 'vitest/node'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const promises = page
  .split('\n## ')
  .filter((section) => section.startsWith('What is promised'))
  .flatMap((section) => section.split('\n').filter((line) => line.startsWith('| ')))
  .slice(1)
  .map((line) => line.split(' | '))

/** Every test that is named: its file, and its title or that of its group. */
const named = promises.flatMap(([, holders = '']) =>
  holders.split(' · ').flatMap((holder) => {
    const file = /`([^`]+)`/.exec(holder)?.[1] ?? holder
    const titles = [...holder.matchAll(/“([^”]+)”/g)].map((match) => match[1] ?? '')
    return (titles.length > 0 ? titles : ['']).map((title) => [file, title] as const)
  }),
)

it('there are promises, and each names a test', () => {
  expect(promises.length).toBeGreaterThan(10)
  expect(named.filter(([, title]) => title === '')).toEqual([])
})

interface Node {
  type: string
  [part: string]: unknown
}

/** The titles of a file's tests and groups. */
function titlesIn(file: string): string[] {
  const titles: string[] = []
  walk(parseAst(readFileSync(join(root, file), 'utf8'), { lang: 'ts' }) as unknown as Node)
  return titles

  function walk(node: Node): void {
    if (
      node.type === 'CallExpression' &&
      /^(it|describe|describeOnBoth)$/.test(rootOf(node.callee as Node))
    ) {
      const [first] = node.arguments as Node[]
      if (first?.type === 'Literal') titles.push(String(first.value))
    }
    for (const part of Object.values(node)) {
      for (const child of Array.isArray(part) ? part : [part]) {
        if (child && typeof child === 'object' && 'type' in child) walk(child as Node)
      }
    }
  }
}

/** What a call begins with: `it` of `it.each(rows)(...)`. */
function rootOf({ name, object, callee }: Node): string {
  const within = (object ?? callee) as Node | undefined
  return within ? rootOf(within) : String(name)
}

it.each(named)('%s has a test “%s”', (file, title) => {
  expect(titlesIn(file)).toContain(title)
})
