import type { AppContext } from '../http/context.ts'

/** Tells every part and node that a member's sessions and tokens have ended: their streams end, and nothing is believed of them. */
export function endCredentials(c: AppContext, memberId: string, ended: string[]): void {
  const { bus } = c.get('house')
  for (const credentialId of ended) bus.publish({ type: 'credential-ended', credentialId })
  bus.publish({ type: 'member-changed', memberId })
}
