import type { Words } from './en.ts'

export interface NoticePerson {
  id: string
  /** Empty once they have left the house. */
  name: string
}

/** Something lasting that was done to a room by the message's author. */
export type Notice =
  | { type: 'joined' | 'left' | 'archived' | 'reopened' | 'locked' | 'unlocked' }
  | { type: 'invited' | 'removed' | 'host' | 'no-host'; member: NoticePerson }
  | { type: 'name'; name: string }
  | { type: 'topic'; topic: string }
  | { type: 'kind'; kind: 'open' | 'private' }
  | { type: 'slow'; seconds: number }

interface Noticed {
  author: { name: string }
  body: string
  notice: Notice | null
}

/** What stands in a line of the log: what was said, or of a notice what was done, in one sentence without markup. */
export function saidIn({ author, body, notice }: Noticed, words: Words['message']): string {
  return notice ? sentenceOf(notice, author.name || words.formerMember, words) : body
}

function sentenceOf(notice: Notice, who: string, { notices, formerMember }: Words['message']): string {
  switch (notice.type) {
    case 'invited':
    case 'removed':
    case 'host':
    case 'no-host':
      return notices[notice.type](who, notice.member.name || formerMember)
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
