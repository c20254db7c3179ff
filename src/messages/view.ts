import type { MessageView } from '../../templates/views.ts'
import { en, type Words } from '../words/en.ts'
import { firstWords, toHtml } from './format.ts'
import type { Message, Replied } from './message.ts'

/** Whoever has left has no name any more. */
export const nameOf = ({ name }: { name: string }, words: Words['message'] = en.message) =>
  name || words.formerMember

/** A message as every face shows it, the same for every viewer. */
export function toView(
  message: Message,
  roomSlug: string,
  words: Words['message'] = en.message,
): MessageView {
  const deleted = message.deletedAt !== null
  const body = deleted ? '' : message.body
  let html: string | undefined
  return {
    room: roomSlug,
    number: message.number,
    version: message.version,
    author: { id: message.author.id, name: nameOf(message.author, words) },
    body,
    /** Made when it is first asked for: text needs none. */
    get html() {
      html ??= toHtml(body)
      return html
    },
    replyTo: message.replyTo,
    replied: message.replied && toReplied(message.replied, words),
    createdAt: message.createdAt,
    editedAt: message.editedAt,
    deleted,
    reactions: message.reactions.map((reaction) => ({
      ...reaction,
      members: reaction.members.map((member) => ({ id: member.id, name: nameOf(member, words) })),
    })),
    /** Whoever leaves deletes their own; before it was kept who did, nobody else could. */
    deletedByAuthor: [null, message.author.id].includes(message.deletedBy),
    deletedAt: message.deletedAt,
    ...(message.nonce ? { nonce: message.nonce } : {}),
  }
}

const toReplied = ({ author, body, deleted }: Replied, words: Words['message']) => ({
  name: nameOf(author, words),
  words: deleted ? words.deletedLine : firstWords(body),
})

/** The JSON face of a message. Later features add fields and never change these. */
export function toJson(view: MessageView) {
  return {
    room: view.room,
    number: view.number,
    version: view.version,
    author: view.author,
    body: view.body,
    html: view.html,
    replyTo: view.replyTo,
    createdAt: view.createdAt.toISOString(),
    editedAt: view.editedAt?.toISOString() ?? null,
    deleted: view.deleted,
    reactions: view.reactions,
  }
}
