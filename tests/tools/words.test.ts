/** Every sentence that people read is in the catalogue: what stands in pages and answers themselves would stay English for ever. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAst } from 'vitest/node'

const root = join(import.meta.dirname, '../..')

/** Two letters in a row make a word. */
const word = /\p{L}{2}/u
/** A word, or a mark that languages spell differently. Not those that all share: #, ·, arrows. */
const wordOrMark = /\p{L}{2}|[,.;:()?!]/u
/** Three words in a row make a sentence, wherever it stands. */
const sentence = /\p{L}{2,} \p{L}+ \p{L}+/u
/** Words for machines. */
const machine = /^noopener |^(select|insert into|update|delete from) [@a-z_]|^owner in person$/
/** Attributes that browsers show or read out. */
const shown = /^(title|alt|placeholder|label|aria-label|aria-description|aria-roledescription)$/

interface Node {
  type: string
  value?: unknown
  [part: string]: unknown
}

/** What a source file says in its own words, in the order of the file. */
function wordsIn(source: string): string[] {
  const found: string[] = []
  walk(parseAst(source, { lang: 'tsx' }) as unknown as Node)
  return found.map((text) => text.trim())

  function walk(node: Node): void {
    if (node.type === 'JSXText') say(node.value, wordOrMark)
    if (node.type === 'Literal') say(node.value, sentence)
    if (node.type === 'TemplateElement') say((node.value as { cooked: string }).cooked, sentence)
    if (node.type === 'JSXAttribute') {
      const name = (node.name as { name?: string }).name ?? ''
      const value = node.value as Node | null
      if (value?.type === 'Literal') {
        if (shown.test(name)) say(value.value, word)
        return
      }
    }
    if (isDefect(node)) return
    for (const part of Object.values(node)) {
      for (const child of Array.isArray(part) ? part : [part]) {
        if (child && typeof child === 'object' && 'type' in child) walk(child as Node)
      }
    }
  }

  function say(text: unknown, counts: RegExp): void {
    if (typeof text === 'string' && counts.test(text) && !machine.test(text)) found.push(text)
  }
}

/** What an Error says is for the log. */
function isDefect({ type, callee }: Node): boolean {
  const called = callee as Node | undefined
  if (type === 'CallExpression') return called?.type === 'Super'
  return type === 'NewExpression' && /Error$/.test(String(called?.name))
}

const files = ['templates', 'src/routes', 'src/http', 'src/live', 'src/messages', 'src/accounts', 'src/rooms']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))

describe('words outside the catalogue', () => {
  it('are found where there are some', () => {
    expect(
      wordsIn(`const page = <p title="Seen" class="not seen here">Said {words.there} <b>1</b>, <i>2</i></p>
        const facts = \`This came from \${there}.\`
        if (!page) throw new Error('This is a defect')`),
    ).toEqual(['Seen', 'Said', ',', 'This came from'])
  })

  it.each(files)('are not in %s', (file) => {
    expect(wordsIn(readFileSync(join(root, file), 'utf8'))).toEqual([])
  })
})
