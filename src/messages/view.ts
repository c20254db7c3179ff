import type { MessageView } from '../../templates/views.ts'
import { en } from '../words/en.ts'
import { saidIn } from '../words/notice.ts'
import { firstWords, toHtml, toParagraph } from './format.ts'
import type { Message, Replied } from './message.ts'

/** A message as every face shows it, the same for every viewer and in every language. */
export function toView(message: Message, roomSlug: string): MessageView {
  const deleted = message.deletedAt !== null
  const body = deleted ? '' : message.body
  let html: string | undefined
  return {
    room: roomSlug,
    number: message.number,
    version: message.version,
    author: message.author,
    body,
    /** Made when it is first asked for: text needs none. */
    get html() {
      html ??= toHtml(body)
      return html
    },
    notice: message.notice,
    replyTo: message.replyTo,
    replied: message.replied && toReplied(message.replied),
    createdAt: message.createdAt,
    editedAt: message.editedAt,
    deleted,
    reactions: message.reactions,
    /** Whoever leaves deletes their own; before it was kept who did, nobody else could. */
    deletedByAuthor: [null, message.author.id].includes(message.deletedBy),
    deletedAt: message.deletedAt,
    ...(message.nonce ? { nonce: message.nonce } : {}),
  }
}

/** Words and names that are not there any more are said in the language of whoever reads. */
const toReplied = ({ author, body, deleted }: Replied) => ({
  name: author.name,
  words: deleted ? null : firstWords(body),
})

/** The JSON face of a message, in one language for all programs. Later features add fields and never change these. */
export function toJson(view: MessageView) {
  const { notice } = view
  const body = saidIn(view, en.message)
  return {
    room: view.room,
    number: view.number,
    version: view.version,
    author: { ...view.author, name: view.author.name || en.message.formerMember },
    body,
    html: notice ? toParagraph(body) : view.html,
    notice,
    replyTo: view.replyTo,
    createdAt: view.createdAt.toISOString(),
    editedAt: view.editedAt?.toISOString() ?? null,
    deleted: view.deleted,
    reactions: view.reactions.map(({ members, ...reaction }) => ({
      ...reaction,
      members: members.map(({ id, name }) => ({ id, name: name || en.message.formerMember })),
    })),
  }
}

/** What JSON lets stand and some readers take for the end of a line (Python's splitlines), and some terminals for a command. */
const LINE_BREAKERS = /[\u007f-\u009f\u2028\u2029]/g

/** JSON that is one line for everyone. */
export function jsonLine(value: object): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(value).replace(LINE_BREAKERS, escaped)
}
