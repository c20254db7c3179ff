import MarkdownIt from 'markdown-it'
import type { Words } from '../words/en.ts'

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

interface TextMessage {
  number: number
  createdAt: Date
  author: { name: string }
  body: string
  deleted: boolean
}

/** One message as lines of text: `#57 2026-11-23 04:05 Mei: hi` (UTC), its further lines indented. */
export function toTextLine(message: TextMessage, { message: words }: Words): string {
  const moment = message.createdAt.toISOString().slice(0, 16).replace('T', ' ')
  // What a pipe sends ends in a newline, which would be an empty line here.
  const body = message.deleted ? words.deletedLine : withoutControls(message.body).replace(/\n+$/, '')
  const name = withoutControls(message.author.name || words.formerMember)
  return `#${message.number} ${moment} ${name}: ${body.replaceAll('\n', '\n    ')}`
}

/**
 * Drops what could drive a terminal or forge a line: C0 and C1 controls except tab and newline, line and paragraph separators.
 */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this removes
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '')
}
