/** The catalogues say the same things in the same order, each in the manner of its language. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAst } from 'vitest/node'
import { en } from '../../src/words/en.ts'
import { LANGUAGES } from '../../src/words/languages.ts'
import { zh } from '../../src/words/zh.ts'

type Entry = [path: string, value: unknown]

/** Every entry of a catalogue, in its order. */
function entriesOf(part: object, path = ''): Entry[] {
  return Object.entries(part).flatMap(([key, value]) =>
    value && typeof value === 'object'
      ? entriesOf(value, `${path}${key}.`)
      : [[`${path}${key}`, value] as Entry],
  )
}

/** What a language's plurals ask for differs; the rest does not. */
const keysOf = (words: object) => [
  ...new Set(entriesOf(words).map(([path]) => path.replace(/\.(zero|one|two|few|many|other)$/, ''))),
]

describe.each(LANGUAGES.map((words) => [words.languageName, words] as const))('%s', (_name, words) => {
  it('says what English says, in the same order', () => {
    expect(keysOf(words)).toEqual(keysOf(en))
  })

  it('leaves nothing empty', () => {
    const empty = entriesOf(words).filter(([path, value]) => value === '' && path !== 'marks.between')
    expect(empty).toEqual([])
  })

  it('is a language that dates, numbers and plurals are known for', () => {
    expect(Intl.DateTimeFormat.supportedLocalesOf([words.lang, words.dateLocale])).toHaveLength(2)
  })
})

describe('简体中文', () => {
  /** Names of things. */
  const same = /^(house|transport\.websocket|history\.json)$/

  it('is not English left standing', () => {
    const english = new Map(entriesOf(en))
    const left = entriesOf(zh).filter(
      ([path, value]) => value === english.get(path) && /[a-z]{2}/i.test(String(value)),
    )
    expect(left.filter(([path]) => !same.test(path) && !/^composer\.hints\.\d\.0$/.test(path))).toEqual([])
  })

  const folder = join(import.meta.dirname, '../../src/words')
  const sentences = readdirSync(folder)
    .filter((file) => /^zh\b/.test(file))
    .flatMap((file) => textsOf(readFileSync(join(folder, file), 'utf8')))

  it('is found by those who look for its manners', () => {
    expect(sentences.length).toBeGreaterThan(400)
  })

  it.each([
    ['shouts nowhere', /[!！]/],
    ['says 你', /您/],
    ['has full-width marks', /\p{Script=Han}[,;:?!()]|[,;:?!(]\p{Script=Han}/u],
    ['sets Latin and figures apart from Chinese', /\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u],
  ])('%s', (_rule, fault) => {
    expect(sentences.filter((sentence) => fault.test(sentence))).toEqual([])
  })
})

interface Node {
  type: string
  value?: unknown
  [part: string]: unknown
}

/** The texts of a source file. What stands for `${…}` in them is not known. */
function textsOf(source: string): string[] {
  const found: string[] = []
  walk(parseAst(source, { lang: 'ts' }) as unknown as Node)
  return found.filter((text) => /\p{Script=Han}/u.test(text))

  function walk(node: Node): void {
    if (node.type === 'Literal' && typeof node.value === 'string') found.push(node.value)
    if (node.type === 'TemplateLiteral') {
      const quasis = node.quasis as { value: { cooked: string } }[]
      found.push(quasis.map(({ value }) => value.cooked).join(' … '))
    }
    for (const part of Object.values(node)) {
      for (const child of Array.isArray(part) ? part : [part]) {
        if (child && typeof child === 'object' && 'type' in child) walk(child as Node)
      }
    }
  }
}
