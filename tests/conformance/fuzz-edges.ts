/** What each parser at the edge is given by `fuzz.test.ts`: the words of its grammar, in any order, and anything else now and then. */
import fc from 'fast-check'

const inAnyOrder = (words: string[], others: fc.Arbitrary<string>, most: number) =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...words) },
        { weight: 1, arbitrary: fc.string({ unit: others, maxLength: 12 }) },
      ),
      { maxLength: most },
    )
    .map((parts) => parts.join(''))
const bytes = fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code))
const characters = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom(...'\u0000\ud800\udc00\ufeff\u202e\u2028\r\n\t'),
)

/** Words among any bytes that the line of a header may hold. */
const spelled = (words: string[], most = 12) => inAnyOrder(words, bytes, most)
/** Words among any characters at all, halves of them too. */
const written = (words: string[], most = 12) => inAnyOrder(words, characters, most)

/** A request, but for what all of them say. */
export interface Sent {
  line?: string
  headers?: string[]
  body?: string | Buffer
  /** The body is not as long as it says, or not ended. */
  breaksOff?: boolean
}
export const messages = 'POST /rooms/lobby/messages'

const header = (name: string, value: fc.Arbitrary<string>, more: Sent = {}): fc.Arbitrary<Sent> =>
  value.map((text) => ({ ...more, headers: [`${name}: ${text}`, ...(more.headers ?? [])] }))
const query = (path: string, name: string, words: string[]): fc.Arbitrary<Sent> =>
  written(words).map((text) => ({
    line: `GET ${path}${path.includes('?') ? '&' : '?'}${name}=${encodeLoosely(text)}`,
  }))
/** As a careless client does: not everything that should be encoded is. */
const encodeLoosely = (text: string) =>
  Array.from(text, (one) =>
    /[!-~]/.test(one) && one !== '#' ? one : encodeURIComponent(one.toWellFormed()),
  ).join('')
const form = (line: string, type: string, body: fc.Arbitrary<string | Buffer>): fc.Arbitrary<Sent> =>
  body.map((text) => ({ line, headers: [`Content-Type: ${type}`], body: text }))

const numbers = [
  '0',
  '1',
  '-1',
  '1.5',
  '1e9',
  '007',
  '9'.repeat(15),
  '9'.repeat(40),
  'NaN',
  '0x1',
  '١',
  ' ',
  '+',
  '%',
  '%ff',
  '%00',
]
const types = [
  'text/html',
  'text/plain',
  'application/json',
  'text/event-stream',
  'application/x-ndjson',
  'text/*',
  '*/*',
  ';q=',
  '0',
  '1',
  '0.5',
  ',',
  ';',
  '=',
  '"',
  '*',
  '/',
  'q',
  '__proto__',
]
const fields = [
  'body=',
  'nonce=',
  'reply_to=',
  'form_token=',
  '__proto__=',
  'constructor=',
  '&',
  '=',
  '+',
  '%',
  '%41',
  '%C3%A9',
  '%FF',
  '%E8%8C',
  '%00',
  'x',
  '&&',
  ';',
]
const jsonWords = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"body"',
  '"hi"',
  '"nonce"',
  '"reply_to"',
  '"__proto__"',
  '"toString"',
  'null',
  'true',
  '1',
  '-0',
  '1e999',
  '9'.repeat(30),
  '"\\ud800"',
  '"\\u0000"',
  '\\',
  ' ',
  '\ufeff',
]
const multipartWords = [
  '--b',
  '--b--',
  '\r\n',
  '\n',
  '\r\n\r\n',
  'Content-Disposition: form-data',
  '; name="body"',
  '; name="nonce"',
  '; name=""',
  '; filename="x"',
  "; filename*=UTF-8''x",
  'Content-Type: text/plain',
  'Content-Type: multipart/mixed; boundary=c',
  'Content-Transfer-Encoding: base64',
  'hi',
  '"',
  '--',
  `X-Long: ${'x'.repeat(20_000)}`,
]
const socketHeaders = [
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Upgrade:',
  'Connection: Upgrade',
  'Connection: close, upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Version: 99',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Key: x',
  'Sec-WebSocket-Protocol: a, b',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99',
  'Content-Length: 5',
  'Sec-WebSocket-Key:',
]

/** By name. */
export const edges: [what: string, sent: fc.Arbitrary<Sent>][] = [
  [
    'cookies',
    header(
      'Cookie',
      spelled([
        'teahouse_session=',
        'teahouse_visitor=',
        '__Host-teahouse_session=',
        '; ',
        ';',
        '=',
        '%',
        '%ff',
        '"',
        ',',
        '__proto__=',
        'x'.repeat(300),
      ]),
    ),
  ],
  [
    'a token',
    header(
      'Authorization',
      spelled(['Bearer', 'bearer', 'Basic', ' ', '  ', '=', ',', '\t', 'x'.repeat(300), 'dXNlcjpwYXNz']),
    ),
  ],
  [
    'Accept',
    fc.oneof(
      ...['/rooms/lobby', '/rooms/lobby/events', '/rooms/lobby/history', '/nowhere'].map((path) =>
        header('Accept', spelled(types), { line: `GET ${path}` }),
      ),
    ),
  ],
  [
    'Accept-Language',
    header('Accept-Language', spelled(['en', 'zh-Hans-CN', '*', ';q=', '0.5', '-', ',', 'x'.repeat(50)])),
  ],
  [
    'Accept-Encoding',
    header('Accept-Encoding', spelled(['gzip', 'br', 'identity', '*', ';q=0', ';q=', ',', ' '])),
  ],
  ['If-None-Match', header('If-None-Match', spelled(['W/', '"', '*', ',', 'x', ' ']))],
  [
    'Host',
    header(
      'Host',
      spelled([
        'localhost',
        '127.0.0.1',
        '[::1]',
        '[',
        ']',
        ':',
        '80',
        '99999',
        '@',
        '/',
        '?',
        '#',
        '..',
        'evil.example',
        '%00',
        '\\',
        ' ',
        ',',
      ]),
    ),
  ],
  [
    'X-Forwarded-For',
    header(
      'X-Forwarded-For',
      spelled([
        '192.0.2.1',
        '::1',
        '[::1]:80',
        '::',
        ':',
        '%eth0',
        ',',
        ' ',
        'unknown',
        '_x',
        '999.1',
        'f'.repeat(80),
      ]),
      { line: messages, headers: ['Content-Type: text/plain'] },
    ),
  ],
  ['X-Forwarded-Proto', header('X-Forwarded-Proto', spelled(['https', 'http', ',', ' ', 'x']))],
  [
    'Origin',
    header(
      'Origin',
      spelled(['http://', 'https://', 'localhost', ':', 'null', 'evil.example', '/', '@', '[', ' ']),
      { line: messages, headers: [`Cookie: x=1`] },
    ),
  ],
  [
    'Sec-Fetch-Site',
    header('Sec-Fetch-Site', spelled(['same-origin', 'cross-site', 'none', 'same-site', ',', ' '])),
  ],
  [
    'what htmx says',
    fc
      .record({
        request: spelled(['true', 'false', ' ']),
        type: spelled(['partial', 'full']),
        url: spelled(['http://', '//', '/', 'x', ':', '[', '%', '\\']),
      })
      .map(({ request, type, url }) => ({
        line: 'GET /rooms/lobby',
        headers: [
          'Cookie: x=1',
          `HX-Request: ${request}`,
          `HX-Request-Type: ${type}`,
          `HX-Current-URL: ${url}`,
        ],
      })),
  ],
  [
    'a nonce',
    header('Idempotency-Key', spelled(['"', 'a', '-', '_', '\\', 'x'.repeat(64), ';']), {
      line: messages,
      headers: ['Content-Type: application/json'],
      body: '{"body":"hi"}',
    }),
  ],
  [
    'User-Agent',
    header(
      'User-Agent',
      spelled([
        'Mozilla/5.0 ',
        'Gecko/',
        '(',
        ')',
        ';',
        'Firefox/',
        'x'.repeat(500),
        'Version/',
        '1.'.repeat(100),
      ]),
      { line: 'POST /register', headers: ['Content-Type: application/x-www-form-urlencoded'] },
    ),
  ],
  [
    'a cursor',
    header('Last-Event-ID', spelled([...numbers.slice(0, 8), '.', 'k3', 'x'.repeat(40)]), {
      line: 'GET /rooms/lobby/events?wait=0',
    }),
  ],
  ['a cursor in the address', query('/rooms/lobby/events?wait=0', 'after', [...numbers, '.', 'k3'])],
  ['a wait', query('/rooms/lobby/events?after=0', 'wait', numbers)],
  [
    'a format',
    fc.oneof(
      ...[
        '/rooms/lobby',
        '/rooms',
        '/rooms/lobby/history',
        '/rooms/lobby/messages/1',
        '/rooms/lobby/socket',
      ].map((path) =>
        query(path, 'format', ['html', 'json', 'text', 'csv', '__proto__', 'toString', '%', '&format=']),
      ),
    ),
  ],
  [
    'numbers of messages',
    fc.oneof(
      ...['before', 'after', 'around', 'reply_to'].flatMap((name) =>
        ['/rooms/lobby', '/rooms/lobby/history'].map((path) => query(path, name, numbers)),
      ),
    ),
  ],
  [
    'the number of a message',
    written(numbers).map((text) => ({ line: `GET /rooms/lobby/messages/${encodeLoosely(text)}` })),
  ],
  [
    'a day',
    query('/rooms/lobby/history', 'on', [
      '2026',
      '-',
      '11',
      '02',
      '31',
      '0000',
      '9999',
      '99999',
      '+',
      'T00:00',
      '٢',
    ]),
  ],
  [
    'words of a search',
    query('/rooms/lobby/history', 'q', [
      'Line',
      '%25',
      '_',
      '\\',
      '\\\\',
      "'",
      '"',
      '(',
      '[',
      '*',
      '$',
      '^',
      '{',
      '|',
      '.',
      '?',
      ' ',
      'x'.repeat(300),
      '%FF',
      '%00',
      '&amp;',
      '<',
    ]),
  ],
  [
    'members and ids',
    fc.oneof(
      query('/admin/members', 'q', ['%25', '_', '\\', "'", 'A']),
      query('/admin/members', 'before', numbers),
      query('/admin/audit', 'member', ['0', '-', 'f'.repeat(8), '%00']),
    ),
  ],
  [
    'the way back',
    query('/login', 'next', [
      '/',
      '//',
      '\\',
      'http:',
      'javascript:',
      'evil.example',
      '%09',
      '%0a',
      '@',
      '?',
      '#',
      '..',
      '%2f',
    ]),
  ],
  [
    'a phone number',
    written([
      '+',
      '31',
      '6',
      '1234',
      '00',
      '(',
      ')',
      '-',
      ' ',
      ';ext=',
      'tel:',
      '٠',
      '１',
      '9'.repeat(60),
    ]).map((phone) => ({
      line: 'POST /register',
      headers: ['Content-Type: application/json', 'Accept: application/json'],
      body: JSON.stringify({ phone, name: '!', password: 'x' }),
    })),
  ],
  [
    'a name',
    written(['A', 'é', 'e\u0301', '\u0301'.repeat(5), ' ', '.', '\u200d', 'ﷺ', '𝔸', '\ud83d']).map(
      (name) => ({
        line: 'POST /register',
        headers: ['Content-Type: application/json', 'Accept: text/plain'],
        body: JSON.stringify({ phone: '', name, password: 'x' }),
      }),
    ),
  ],
  ['an urlencoded form', form(messages, 'application/x-www-form-urlencoded', written(fields, 40))],
  [
    'an urlencoded form of bytes',
    form(messages, 'application/x-www-form-urlencoded', fc.uint8Array({ maxLength: 300 }).map(Buffer.from)),
  ],
  ['JSON of words', form(messages, 'application/json', written(jsonWords, 40))],
  ['JSON of values', form(messages, 'application/json', fc.json({ maxDepth: 6 }))],
  [
    'JSON of our fields',
    form(
      messages,
      'application/json',
      fc
        .record(
          { body: fc.jsonValue(), nonce: fc.jsonValue(), reply_to: fc.jsonValue() },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    ),
  ],
  [
    'JSON, deep',
    form(
      messages,
      'application/json',
      fc
        .tuple(fc.constantFrom('[', '{"a":', '{"body":['), fc.integer({ min: 1, max: 30_000 }))
        .map(([open, times]) => open.repeat(times)),
    ),
  ],
  [
    'a room',
    form(
      'POST /rooms',
      'application/json',
      fc
        .record(
          {
            name: written(['A', ' ', '\u202e', '\u0301', '-', 'x'.repeat(60)]),
            topic: fc.jsonValue(),
            kind: fc.constantFrom('open', 'private', 'direct', '__proto__'),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    ),
  ],
  [
    'people',
    form(
      'POST /direct',
      'application/x-www-form-urlencoded',
      written(['people=', 'Ada', '%2C', ',', '@', '%20', '&', '%FF']),
    ),
  ],
  [
    'a language',
    form(
      'POST /language',
      'application/x-www-form-urlencoded',
      written(['language=', 'en', 'zh', '-', 'Hans', '__proto__', '&', 'next=', '%2F%2F', '%5C', '%0d%0a']),
    ),
  ],
  ['a multipart form', form(messages, 'multipart/form-data; boundary=b', written(multipartWords, 30))],
  [
    'a boundary',
    fc
      .tuple(spelled(['; boundary=', 'b', '"', '=', ';', '-', 'x'.repeat(80), ' ']), written(multipartWords))
      .map(([boundary, body]) => ({
        line: messages,
        headers: [`Content-Type: multipart/form-data${boundary}`],
        body,
      })),
  ],
  [
    'a multipart form of many parts',
    form(
      messages,
      'multipart/form-data; boundary=b',
      fc
        .tuple(
          fc.constantFrom(
            '--b\r\n\r\n',
            '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n',
            '--b\r\nContent-Disposition: form-data; name="x"; filename="y"\r\n\r\nz\r\n',
          ),
          fc.integer({ min: 1, max: 2_500 }),
        )
        .map(([part, times]) => `${part.repeat(times)}--b--`),
    ),
  ],
  [
    'a type',
    header(
      'Content-Type',
      spelled([
        'application/json',
        'text/plain',
        'multipart/form-data',
        '; charset=',
        'utf-16',
        ';',
        '/',
        '"',
        ',',
        'application/x-www-form-urlencoded',
      ]),
      { line: messages, body: 'body=hi' },
    ),
  ],
  [
    'a length',
    header('Content-Length', spelled([...numbers.slice(0, 8), ',', ' '], 3), {
      line: messages,
      body: 'body=hi',
      breaksOff: true,
    }),
  ],
  [
    'chunks',
    spelled([
      '5\r\nhello\r\n',
      '0\r\n\r\n',
      '0\r\n',
      '\r\n',
      'ffffffff\r\n',
      '-1\r\n',
      '5;x=y\r\nhello\r\n',
      '5 \r\n',
      `${'0'.repeat(50)}5\r\nhello\r\n`,
      'X-Trailer: 1\r\n',
      `5;${'x'.repeat(9_000)}\r\nhello\r\n`,
    ]).map((body) => ({
      line: messages,
      headers: ['Content-Type: text/plain', 'Transfer-Encoding: chunked'],
      body: Buffer.from(body, 'latin1'),
      breaksOff: true,
    })),
  ],
  [
    'two ways to say how long',
    spelled(['chunked', 'identity', 'gzip', ',', ' ', 'CHUNKED'], 4).map((coding) => ({
      line: messages,
      headers: [`Transfer-Encoding: ${coding}`, 'Content-Length: 5'],
      body: '0\r\n\r\n',
      breaksOff: true,
    })),
  ],
  [
    'a line of a request',
    fc
      .tuple(
        fc.constantFrom(
          'GET',
          'POST',
          'HEAD',
          'OPTIONS',
          'TRACE',
          'CONNECT',
          'PATCH',
          'get',
          'G\u0000T',
          'PROPFIND',
          '',
        ),
        spelled([
          '/',
          '//',
          '..',
          '%2f',
          '%00',
          '%',
          '?',
          '#',
          'rooms',
          'lobby',
          'http://evil.example/',
          '*',
          '\\',
          ';',
          ' ',
          '\t',
          '[',
          '@',
          ':',
        ]),
      )
      .map(([method, path]) => ({ line: `${method} ${path}`, breaksOff: true })),
  ],
  [
    'many headers',
    fc
      .tuple(fc.integer({ min: 0, max: 2_500 }), fc.integer({ min: 0, max: 20_000 }))
      .map(([count, length]) => ({
        headers: [
          ...Array.from({ length: count }, (_, index) => `X-${index}: y`),
          `X-Long: ${'x'.repeat(length)}`,
        ],
      })),
  ],
  [
    'lines of headers',
    fc
      .array(
        spelled([':', 'Host: ', 'Cookie: ', ' ', '\t', '\r', '\n', '\u0000', 'Content-Length: 0', 'X: y']),
        { maxLength: 6 },
      )
      .map((headers) => ({ headers, breaksOff: true })),
  ],
  [
    'a handshake',
    fc.subarray(socketHeaders).map((headers) => ({
      line: 'GET /rooms/lobby/socket',
      headers: ['Connection: close', ...headers],
      breaksOff: true,
    })),
  ],
]
