import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { en } from '../words/en.ts'
import { zh } from '../words/zh.ts'
import { toHtml, toTextLine } from './format.ts'

describe('a message as HTML', () => {
  it.each([
    ['hi', '<p>hi</p>'],
    ['one\ntwo', '<p>one<br>\ntwo</p>'],
    ['**strong** and *soft*', '<p><strong>strong</strong> and <em>soft</em></p>'],
    ['# 57 is no heading', '<p># 57 is no heading</p>'],
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['<img src=x onerror=alert(1)>', '<p>&lt;img src=x onerror=alert(1)&gt;</p>'],
    [
      '![x](https://example.org/x.png)',
      '<p>!<a href="https://example.org/x.png" rel="noopener noreferrer nofollow">x</a></p>',
    ],
    ['[x](javascript:alert(1))', '<p>[x](javascript:alert(1))</p>'],
    ['[x](data:text/html,x)', '<p>[x](data:text/html,x)</p>'],
    ['[x](//evil.example)', '<p>[x](//evil.example)</p>'],
    ['v1.at readme.md', '<p>v1.at readme.md</p>'],
    ['```js" onclick="x\nlet a\n```', '<pre tabindex="0"><code>let a\n</code></pre>'],
    ['a\u0000b\u001b[31mc', '<p>ab[31mc</p>'],
  ])('%j', (body, html) => expect(toHtml(body)).toBe(html))

  it('shows as it was typed only what Markdown would show so', () => {
    const markup = [
      '*b*',
      '_b_',
      '`b`',
      '[b](http://b.nl)',
      '&copy;',
      '<b>',
      '"b"',
      '\\!',
      '1. b',
      '- b',
      '\n',
    ]
    const addresses = ['http://b.nl', 'ftp://b.nl', '//b.nl', 'www.b.nl', 'b.nl', 'me@b.nl', 'mailto:me@b.nl']
    const unit = fc.constantFrom(..."aZé中١\u0301  .,:;!?-'’…。，、：；！？@/#+", ...markup, ...addresses)
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 6 }), (text) => {
        const html = toHtml(text)
        // An ampersand is never taken for plain, and a paragraph of its own leaves the first as it is.
        if (html === `<p>${text.trimEnd()}</p>`) expect(toHtml(`${text}\n\n&`)).toBe(`${html}\n<p>&amp;</p>`)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('a message as a line of text', () => {
  const line = (body: string, name = 'Mei') =>
    toTextLine(
      {
        number: 57,
        createdAt: new Date('2026-11-23T04:05:06Z'),
        author: { name },
        body,
        notice: null,
        deleted: false,
      },
      en,
    )

  it.each([
    ['hi', '#57 2026-11-23 04:05 Mei: hi'],
    ['one\n* alive 99\n#58 forged', '#57 2026-11-23 04:05 Mei: one\n    * alive 99\n    #58 forged'],
    ['\u001b]0;title\u0007\u001b[2Jred\u009b31m', '#57 2026-11-23 04:05 Mei: ]0;title[2Jred31m'],
    ['a\rb\u2028c\u2029d\u0085e', '#57 2026-11-23 04:05 Mei: abcde'],
    ['\u202eevil\u2066\u202a', '#57 2026-11-23 04:05 Mei: evil'],
    ['from a pipe\n', '#57 2026-11-23 04:05 Mei: from a pipe'],
  ])('%j', (body, text) => expect(line(body)).toBe(text))

  it('is made in a moment, however many of its lines are empty', () => {
    // By the square of their number these would take minutes.
    expect(line(`${'\n'.repeat(300_000)}x\n\n`)).toMatch(/\S:\s+x$/)
  })

  it('says that it was deleted in the words of its reader', () => {
    const message = {
      number: 1,
      createdAt: new Date(0),
      author: { name: 'Mei' },
      body: '',
      notice: null,
      deleted: true,
    }
    expect(toTextLine(message, en)).toBe('#1 1970-01-01 00:00 Mei: (deleted)')
    expect(toTextLine(message, zh)).toBe('#1 1970-01-01 00:00 Mei: （已删除）')
  })
})
