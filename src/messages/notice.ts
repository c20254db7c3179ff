import type { Notice, NoticePerson } from '../words/notice.ts'

/** What is stored of a notice: a person in it is an id, so that nothing keeps the name of whoever leaves. */
export function toStored(notice: Notice): string {
  return JSON.stringify('member' in notice ? { ...notice, member: notice.member.id } : notice)
}

/** The person that a stored notice is about, besides its author; null where there is none. */
export function personIn(stored: string): string | null {
  const { member } = JSON.parse(stored) as { member?: string }
  return member ?? null
}

/** @param about the person that `personIn` named, by the name that they have now */
export function fromStored(stored: string, about: NoticePerson | null): Notice {
  const notice = JSON.parse(stored) as Notice
  return 'member' in notice && about ? { ...notice, member: about } : notice
}
