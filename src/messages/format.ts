import MarkdownIt, { type Token } from 'markdown-it'
import type { Words } from '../words/en.ts'
import { type Notice, saidIn } from '../words/notice.ts'

/**
 * Message text to HTML. Raw HTML stays text, only web and mail addresses become links, and what would break the log's shape
 * (headings, rules, pictures, tables) stays as it was typed.
 */
const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true }).disable([
  'heading',
  'lheading',
  'hr',
  'table',
  'image',
  'reference',
])
// A word such as "readme.md" or "v1.at" is no address: link only what is written as one.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
markdown.validateLink = (url) => /^(https?|mailto):/i.test(url.trim())
markdown.renderer.rules.link_open = (tokens, index, options, _environment, renderer) => {
  // The page that a link leads to learns neither the room nor its opener.
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow')
  return renderer.renderToken(tokens, index, options)
}
markdown.renderer.rules.fence = (tokens, index) =>
  `<pre tabindex="0"><code>${markdown.utils.escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`
markdown.renderer.rules.code_block = markdown.renderer.rules.fence

/**
 * One line in which nothing can be markup, an entity, an address or the start of a list: most of what people say. To let Markdown look at it
 * took a seventh of all that a send costs.
 */
const PLAIN = /^\p{L}[\p{L}\p{M}\p{N} .,:;!?'’…。，、：；！？-]*$/u

/** HTML that is safe to put into any page: built from text by escaping, never passed through. */
export function toHtml(body: string): string {
  if (PLAIN.test(body)) return `<p>${body.trimEnd()}</p>`
  return markdown.render(withoutControls(body)).trim()
}

/** The beginning of a message as one line, without its marks: for those who answer it. */
export function firstWords(body: string): string {
  const said = markdown
    .parse(withoutControls(body), {})
    .map(({ children, content }) => children?.map(wordsOf).join('') ?? content)
  return said.join(' ').replace(/\s+/g, ' ').trim()
}

const wordsOf = ({ type, content }: Token) => (type.endsWith('break') ? ' ' : content)

/** A sentence of the house, in which people may have put their names. */
export function toParagraph(sentence: string): string {
  return `<p>${markdown.utils.escapeHtml(withoutControls(sentence))}</p>`
}

interface TextMessage {
  number: number
  createdAt: Date
  author: { name: string }
  body: string
  notice: Notice | null
  deleted: boolean
  reactions?: { emoji: string; count: number; members: { name: string }[] }[]
}

/**
 * One message as lines of text: `#57 2026-11-23 04:05 Mei: hi` (UTC), its further lines indented; the last of them, where there are any,
 * says who has reacted: `[👍 2: Ada, Bashir]`.
 */
export function toTextLine(message: TextMessage, { message: words }: Words): string {
  const moment = message.createdAt.toISOString().slice(0, 16).replace('T', ' ')
  // What a pipe sends ends in a newline, which would be an empty line here.
  const body = message.deleted ? words.deletedLine : withoutLastLines(plainText(saidIn(message, words)))
  const name = onOneLine(message.author.name || words.formerMember)
  const reacted = (message.reactions ?? []).map((reaction) => reactionInText(reaction, words)).join(' ')
  const lines = [...body.split('\n'), ...(reacted ? [reacted] : [])]
  return `#${message.number} ${moment} ${name}: ${lines.join('\n    ')}`
}

/** Without the newlines at its end. By hand: `/\n+$/` takes a third of a second for ten thousand of them in the middle. */
function withoutLastLines(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n') end -= 1
  return text.slice(0, end)
}

/** Text for terminals and files, where no box ends what a direction mark begins: what follows it would be read backwards. */
export function plainText(text: string): string {
  return withoutControls(text).replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
}

/** The same as a part of one line, such as a name in a list: nothing in it can begin another line or another column. */
export function onOneLine(text: string): string {
  return plainText(text).replace(/[\t\n]+/g, ' ')
}

const reactionInText = (
  { emoji, count, members }: NonNullable<TextMessage['reactions']>[0],
  words: Words['message'],
) => onOneLine(`[${emoji} ${count}: ${members.map(({ name }) => name || words.formerMember).join(', ')}]`)

/**
 * Drops what could drive a terminal or forge a line: C0 and C1 controls except tab and newline, line and paragraph separators.
 */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this removes
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '')
}
