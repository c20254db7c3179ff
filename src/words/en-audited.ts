import type { AuditedAction } from '../accounts/audit.ts'
import { grammarOf } from './grammar.ts'

const { counted } = grammarOf('en-GB')

/** What one sentence of the record is made of. `who` did it to `whom`, which may be the same person. */
interface Facts {
  who: string
  whom: string
  details: Record<string, string | number>
}

const people = (uses: string | number | undefined) =>
  counted(Number(uses), { one: 'one person', other: '{count} people' })
const by = (way: string | number | undefined) => (way === 'code' ? 'code by SMS' : 'link')

/** English: what was done to accounts. One entry for each act of `src/accounts/audit.ts`. */
export const audited = {
  registered: ({ who }: Facts) => `${who} registered.`,
  'logged-in': ({ who }: Facts) => `${who} logged in.`,
  'logged-out': ({ who }: Facts) => `${who} logged out.`,
  /** Of a number that nobody has, `whom` is `who`. */
  'login-refused': ({ who, whom }: Facts) =>
    who === whom ? 'A log-in was refused.' : `A log-in as ${whom} was refused.`,
  'password-changed': ({ who }: Facts) => `${who} changed their password.`,
  'password-reset-offered': ({ who, whom, details }: Facts) =>
    details.by === 'code'
      ? `${who} asked for a code for a new password of ${whom}.`
      : `${who} made a link for a new password of ${whom}.`,
  'password-reset': ({ whom, details }: Facts) => `${whom} chose a new password, by a ${by(details.by)}.`,
  'name-changed': ({ who }: Facts) => `${who} changed their name.`,
  'second-factor-on': ({ who }: Facts) => `${who} turned a second factor on.`,
  'second-factor-off': ({ who }: Facts) => `${who} turned the second factor off.`,
  'recovery-codes-made': ({ who }: Facts) => `${who} made new recovery codes.`,
  'recovery-code-used': ({ who }: Facts) => `${who} used a recovery code.`,
  'passkey-added': ({ who }: Facts) => `${who} added a passkey.`,
  'passkey-removed': ({ who }: Facts) => `${who} removed a passkey.`,
  'session-ended': ({ who }: Facts) => `${who} ended a session.`,
  'other-sessions-ended': ({ who }: Facts) => `${who} ended all other sessions.`,
  'token-made': ({ who }: Facts) => `${who} made a token.`,
  'token-revoked': ({ who }: Facts) => `${who} revoked a token.`,
  'data-downloaded': ({ who }: Facts) => `${who} downloaded their data.`,
  left: ({ who }: Facts) => `${who} left the house.`,
  'invitation-made': ({ who, details }: Facts) => `${who} made an invitation for ${people(details.uses)}.`,
  'invitation-withdrawn': ({ who }: Facts) => `${who} withdrew an invitation.`,
  'role-changed': ({ who, whom, details }: Facts) =>
    ({
      owner: `${who} handed the house over to ${whom}.`,
      admin: `${who} made ${whom} an admin.`,
      member: `${who} made ${whom} an ordinary member.`,
    })[String(details.role)] ?? `${who} changed the role of ${whom}.`,
  suspended: ({ who, whom }: Facts) => `${who} suspended ${whom}.`,
  'message-removed': ({ who, whom, details }: Facts) =>
    `${who} deleted #${details.number} in ${details.room}, which was by ${whom}.`,
  reinstated: ({ who, whom }: Facts) => `${who} reinstated ${whom}.`,
  'room-made': ({ who, details }: Facts) => `${who} made the room ${details.room}.`,
  'room-changed': ({ who, details }: Facts) => `${who} changed the room ${details.room}: ${details.what}.`,
  'room-invited': ({ who, whom, details }: Facts) => `${who} brought ${whom} into ${details.room}.`,
  'room-removed': ({ who, whom, details }: Facts) => `${who} removed ${whom} from ${details.room}.`,
  'room-host': ({ who, whom, details }: Facts) =>
    details.role === 'host'
      ? `${who} made ${whom} a host of ${details.room}.`
      : `${who} ended that ${whom} is a host of ${details.room}.`,
} as const satisfies Record<AuditedAction, (facts: Facts) => string>
