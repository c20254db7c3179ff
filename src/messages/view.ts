import type { MessageView, Notice } from '../../templates/views.ts'
import { en, type Words } from '../words/en.ts'
import { toHtml, toParagraph } from './format.ts'
import type { Message } from './message.ts'

/** Whoever has left has no name any more. */
export const nameOf = ({ name }: { name: string }, words: Words['message'] = en.message) =>
  name || words.formerMember

/** What a room is called: a direct one by its people, as far as they are still here. */
export function titleOf(
  { name, people }: { name: string; people: { name: string }[] },
  words: Words['message'] = en.message,
): string {
  return name || people.map((person) => nameOf(person, words)).join(', ') || words.formerMember
}

function withNames(notice: Notice, words: Words['message']): Notice {
  if (!('member' in notice)) return notice
  return { ...notice, member: { ...notice.member, name: nameOf(notice.member, words) } }
}

/** What a notice says, in one sentence without markup. */
export function noticeSentence(notice: Notice, who: string, { notices }: Words['message']): string {
  switch (notice.type) {
    case 'invited':
    case 'removed':
    case 'host':
    case 'no-host':
      return notices[notice.type](who, notice.member.name)
    case 'name':
      return notices.name(who, notice.name)
    case 'topic':
      return notices.topic(who, notice.topic)
    case 'kind':
      return notices.kind(who, notice.kind)
    case 'slow':
      return notices.slow(who, notice.seconds)
    default:
      return notices[notice.type](who)
  }
}

/** A message as every face shows it, the same for every viewer. */
export function toView(
  message: Message,
  roomSlug: string,
  words: Words['message'] = en.message,
): MessageView {
  const deleted = message.deletedAt !== null
  const author = { id: message.author.id, name: nameOf(message.author, words) }
  const notice = message.notice && withNames(message.notice, words)
  const said = deleted ? '' : message.body
  const body = notice ? noticeSentence(notice, author.name, words) : said
  let html: string | undefined
  return {
    room: roomSlug,
    number: message.number,
    version: message.version,
    author,
    body,
    /** Made when it is first asked for: text needs none. */
    get html() {
      html ??= notice ? toParagraph(body) : toHtml(body)
      return html
    },
    notice,
    replyTo: message.replyTo,
    createdAt: message.createdAt,
    editedAt: message.editedAt,
    deleted,
    ...(message.nonce ? { nonce: message.nonce } : {}),
  }
}

/** The JSON face of a message. Later features add fields and never change these. */
export function toJson(view: MessageView) {
  return {
    room: view.room,
    number: view.number,
    version: view.version,
    author: view.author,
    body: view.body,
    html: view.html,
    notice: view.notice,
    replyTo: view.replyTo,
    createdAt: view.createdAt.toISOString(),
    editedAt: view.editedAt?.toISOString() ?? null,
    deleted: view.deleted,
  }
}
