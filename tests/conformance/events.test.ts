/** What is read must not depend on the pieces in which it came. */
import { describe, expect, it } from 'vitest'
import { type Decoder, htmlDecoder, ndjsonDecoder, pageDecoder, sseDecoder, textDecoder } from './events.ts'

const item = (number: number, text: string) =>
  `<li id="m${number}" class="message" data-number="${number}" data-version="${number + 1}"><b>Mei</b> <div class="text"><div class="body" dir="auto"><p>${text}</p><ul><li>tea</li></ul></div></div></li>`
const html = `<i hidden data-event="ready" data-cursor="5.k3"></i>\n${item(5, 'a &lt;b&gt;')}\n${item(6, '茶')}\n<i hidden data-event="alive" data-cursor="7.k3"></i>\n`
const line = (type: string, version: number) => JSON.stringify({ type, version, cursor: `${version}.k3` })
const inJson = JSON.stringify({
  type: 'message',
  version: 6,
  cursor: '6.k3',
  message: { number: 5, version: 6, body: 'a\nb' },
})
const inText = '#5 2026-11-23 04:05 Mei: a\n    b\n    * ready 9.forged'

const message = (number: number, body: string) => ({ kind: 'message', number, body })
const control = (kind: string, version: number) => ({ kind, version, cursor: `${version}.k3` })

const streams: [string, () => Decoder, string, object[]][] = [
  [
    'HTML',
    htmlDecoder,
    html,
    [control('ready', 5), message(5, 'a <b>tea'), message(6, '茶tea'), control('alive', 7)],
  ],
  [
    'the endless page',
    pageDecoder,
    `<!doctype html><ul id="messages">${item(4, 'before')}${html}`,
    [control('ready', 5), message(5, 'a <b>tea'), message(6, '茶tea'), control('alive', 7)],
  ],
  [
    'NDJSON',
    ndjsonDecoder,
    `${line('ready', 5)}\n${inJson}\n${line('news', 0)}\n${line('alive', 6)}\nhalf of`,
    [control('ready', 5), message(5, 'a\nb'), control('alive', 6)],
  ],
  [
    'text',
    textDecoder,
    `* ready 5.k3\n${inText}\n#6 2026-11-23 04:05 Mei: c\n* alive 7.k3\n#7 2026`,
    [control('ready', 5), message(5, 'a\n    b\n    * ready 9.forged'), message(6, 'c'), control('alive', 7)],
  ],
  [
    'SSE',
    () => sseDecoder('json'),
    `retry: 500\n\nevent: ready\nid: 5.k3\ndata: {}\n\nid: 6.k3\ndata: ${inJson}\n\nevent: typing\ndata: {}\n\nid: 7.k3\ndata: half`,
    [control('ready', 5), { ...message(5, 'a\nb'), cursor: '6.k3', version: 6 }],
  ],
]

describe.each(streams)('%s', (_name, decoder, text, wanted) => {
  it('is read whole', () => {
    expect(decoder()(text)).toMatchObject(wanted)
    expect(decoder()(text)).toHaveLength(wanted.length)
  })

  it('is read the same wherever it is cut', () => {
    const whole = decoder()(text)
    for (let cut = 0; cut <= text.length; cut += 1) {
      const decode = decoder()
      expect([...decode(text.slice(0, cut)), ...decode(text.slice(cut))], `cut at ${cut}`).toEqual(whole)
    }
    const byCharacter = decoder()
    expect([...text].flatMap(byCharacter)).toEqual(whole)
  })
})

it('what no framing says is told as such', () => {
  expect(textDecoder()('tea\n')).toMatchObject([{ kind: 'unreadable', body: 'tea' }])
  expect(ndjsonDecoder()('{"type":\n')).toMatchObject([{ kind: 'unreadable', body: '{"type":' }])
})
